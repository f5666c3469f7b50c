import 'leaflet/dist/leaflet.css'

import type { GeoJsonObject } from 'geojson'
import { circleMarker, divIcon, geoJSON, type Layer, layerGroup, map, marker, polygon, type LatLngExpression, type Map as LeafletMap } from 'leaflet'

import type { Geometry, Point } from '../../domain/geometry'
import type { Feature } from './features'

const shape = (geometry: unknown): GeoJsonObject => ({ type: 'Feature', properties: {}, geometry }) as unknown as GeoJsonObject
const at = ([x, y]: Point): LatLngExpression => [y, x]

/** The blank sheet on which a boundary is drawn: outlines around, a line, a handle for each point. */
export class BoundaryCanvas {
  private readonly map: LeafletMap
  private readonly backdrop = layerGroup()
  private readonly line = layerGroup()
  private readonly marks = layerGroup()

  constructor(
    box: HTMLElement,
    private readonly on: { add: (point: Point) => void; move: (index: number, point: Point) => void; choose: (index: number) => void },
    private readonly nameOfPoint: (index: number) => string,
  ) {
    this.map = map(box, { attributionControl: false, doubleClickZoom: false }).setView([42.9, 129.4], 9)
    for (const layers of [this.backdrop, this.line, this.marks]) layers.addTo(this.map)
    this.map.on('click', (event) => {
      this.on.add([event.latlng.lng, event.latlng.lat])
    })
  }

  /** Outlines of the area above and of the neighbours; those that do not fit stand out. */
  around(parent: Feature | null, siblings: Feature[], faulty: Set<string>, nameOf: (feature: Feature) => string): void {
    this.backdrop.clearLayers()
    const colour = (feature: Feature): string => (faulty.has(feature.id) ? '#a3201b' : '#616c7a')
    if (parent?.geometry) this.outline(parent, { color: colour(parent), weight: 2, dashArray: '8 6', fill: false })
    for (const sibling of siblings) {
      this.outline(sibling, { color: colour(sibling), weight: faulty.has(sibling.id) ? 3 : 1.5, fillColor: '#8d97a5', fillOpacity: 0.12 }, nameOf(sibling))
    }
  }

  private outline(feature: Feature, style: object, name = ''): void {
    const layer = geoJSON(shape(feature.geometry), { style: () => style, interactive: name !== '', bubblingMouseEvents: true })
    // Text only: a name is never read as markup.
    const words = document.createElement('span')
    words.textContent = name
    if (name) layer.bindTooltip(words, { sticky: true })
    this.backdrop.addLayer(layer)
  }

  draw(points: Point[], chosen: number): void {
    this.line.clearLayers()
    if (points.length > 1) this.line.addLayer(polygon(points.map(at), { color: '#0b4f8a', weight: 3, fillOpacity: 0.15, interactive: false }))
    for (const [index, point] of points.entries()) this.line.addLayer(this.handle(point, index, index === chosen))
  }

  /** A shape of several parts, which is looked at and sent as it is. */
  drawWhole(geometry: Geometry): void {
    this.line.clearLayers()
    this.line.addLayer(geoJSON(shape(geometry), { style: () => ({ color: '#0b4f8a', weight: 3, fillOpacity: 0.15 }), interactive: false }))
  }

  private handle(point: Point, index: number, isChosen: boolean): Layer {
    const name = this.nameOfPoint(index)
    const icon = divIcon({ className: isChosen ? 'vertex chosen' : 'vertex', iconSize: [18, 18] })
    const handle = marker(at(point), { icon, draggable: true, title: name, alt: name, autoPanOnFocus: false })
    handle.on('click', () => {
      this.on.choose(index)
    })
    handle.on('dragend', () => {
      const { lng, lat } = handle.getLatLng()
      this.on.move(index, [lng, lat])
    })
    return handle
  }

  /** Where something is wrong. */
  mark(point: Point | null): void {
    this.marks.clearLayers()
    if (!point) return
    this.marks.addLayer(circleMarker(at(point), { radius: 9, color: '#a3201b', fillColor: '#d63a33', fillOpacity: 0.9 }))
    if (!this.map.getBounds().contains(at(point))) this.map.panTo(at(point))
  }

  fit(features: (Feature | null)[]): void {
    const shown = features.filter((feature) => feature?.geometry)
    if (shown.length === 0) return
    const bounds = geoJSON(shown.map((feature) => shape(feature?.geometry)) as never).getBounds()
    this.map.fitBounds(bounds, { padding: [20, 20], animate: false })
  }

  remove(): void {
    this.map.remove()
  }
}
