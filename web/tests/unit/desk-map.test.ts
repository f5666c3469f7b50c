import { describe, expect, test } from 'vitest'

import { areaOf, geometryIn, linesOf, NotAGeometry, type Point, pointNamed, pointsIn, pointsOf, polygonOf, selfCrossing } from '../../desk/src/domain/geometry'
import { fitting, widthOf } from '../../desk/src/domain/labels'
import { mayDraw } from '../../desk/src/domain/menus'

const SQUARE: Point[] = [
  [129, 42],
  [129.01, 42],
  [129.01, 42.01],
  [129, 42.01],
]

describe('a boundary that is drawn', () => {
  test('ends where it begins, and comes back as it was drawn', () => {
    const made = polygonOf(SQUARE)
    expect(made.coordinates[0]).toHaveLength(5)
    expect(made.coordinates[0]?.at(-1)).toEqual([129, 42])
    expect(pointsOf(made)).toEqual(SQUARE)
  })

  test('has about the size it has on the ground', () => {
    expect(areaOf(SQUARE)).toBeCloseTo(1.1132 ** 2 * Math.cos((42.005 * Math.PI) / 180), 3)
    expect(areaOf([])).toBe(0)
  })

  test('a line that crosses itself is seen, with the place', () => {
    expect(selfCrossing(SQUARE)).toBeNull()
    const bow: Point[] = [[0, 0], [2, 2], [2, 0], [0, 2]]
    expect(selfCrossing(bow)).toEqual([1, 1])
    expect(pointNamed('The boundary is not simple: Self-intersection[129.1 42.5].')).toEqual([129.1, 42.5])
  })

  test('points are typed one a line, and the first wrong line is named', () => {
    expect(pointsIn(linesOf(SQUARE))).toEqual(SQUARE)
    expect(pointsIn('129，42\n\n129.5 42.5')).toEqual([[129, 42], [129.5, 42.5]])
    expect(pointsIn('129,42\n42,129')).toBe(2)
    expect(pointsIn('129')).toBe(1)
  })
})

describe('GeoJSON that is pasted', () => {
  const polygon = polygonOf(SQUARE)
  const text = (value: unknown): string => JSON.stringify(value)

  test('is taken bare, as a feature, or as the only one of a collection', () => {
    const feature = { type: 'Feature', properties: {}, geometry: polygon }
    for (const given of [polygon, feature, { type: 'FeatureCollection', features: [feature] }]) expect(geometryIn(text(given))).toEqual(polygon)
  })

  test('with several parts is kept whole', () => {
    const multi = geometryIn(text({ type: 'MultiPolygon', coordinates: [polygon.coordinates, polygon.coordinates] }))
    expect(pointsOf(multi)).toBeNull()
  })

  test('that is none says why', () => {
    expect(() => geometryIn('{')).toThrow(new NotAGeometry('not_json'))
    expect(() => geometryIn('null')).toThrow(new NotAGeometry('not_polygon'))
    expect(() => geometryIn(text({ type: 'Point', coordinates: [129, 42] }))).toThrow(new NotAGeometry('not_polygon'))
    expect(() => geometryIn(text({ type: 'Polygon', coordinates: [[[129, 42]]] }))).toThrow(new NotAGeometry('not_polygon'))
  })
})

describe('names on a map', () => {
  const label = (x: number, weight: number): { x: number; y: number; width: number; height: number; weight: number } => ({ x, y: 0, width: 40, height: 16, weight })

  test('the larger area keeps its name where two would meet', () => {
    expect(fitting([label(0, 1), label(30, 9), label(90, 1)])).toEqual([false, true, true])
    expect(fitting([])).toEqual([])
  })

  test('Chinese and Korean signs are wider than Latin ones', () => {
    expect(widthOf('网格', 10)).toBeGreaterThan(widthOf('ab', 10))
  })
})

test('the secretariat draws up to the street, the administrator everything that can be read back', () => {
  expect(mayDraw('grid', ['secretariat'])).toBe(true)
  expect(mayDraw('county', ['secretariat'])).toBe(false)
  expect(mayDraw('county', ['system_admin'])).toBe(true)
  expect(mayDraw('building', ['system_admin'])).toBe(false)
  expect(mayDraw('grid', ['street_officer'])).toBe(false)
})
