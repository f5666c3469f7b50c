/** Boundaries as a person draws them: rings of points, longitude before latitude, in WGS 84. */

export type Point = [number, number]

export interface Polygon {
  type: 'Polygon'
  coordinates: Point[][]
}

export interface MultiPolygon {
  type: 'MultiPolygon'
  coordinates: Point[][][]
}

export type Geometry = Polygon | MultiPolygon

/** About a centimetre: what the registry keeps. */
const DECIMALS = 7

const rounded = (value: number): number => Number(value.toFixed(DECIMALS))

/** The polygon of a line that was drawn; it ends where it begins. */
export function polygonOf(points: Point[]): Polygon {
  const ring = points.map(([x, y]): Point => [rounded(x), rounded(y)])
  return { type: 'Polygon', coordinates: [[...ring, ...ring.slice(0, 1)]] }
}

/** The points of a polygon that can be drawn on: one ring without holes; null where there is more. */
export function pointsOf(geometry: Geometry): Point[] | null {
  const polygons = partsOf(geometry)
  const [first] = polygons
  return polygons.length === 1 && first?.length === 1 ? (first[0]?.slice(0, -1) ?? null) : null
}

export const partsOf = (geometry: Geometry): Point[][][] =>
  geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates

/** What is wrong with a text that was pasted. */
export class NotAGeometry extends Error {
  constructor(readonly reason: 'not_json' | 'not_polygon') {
    super(reason)
  }
}

/** The geometry in a text: itself, or that of the only feature in it. */
export function geometryIn(text: string): Geometry {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    throw new NotAGeometry('not_json')
  }
  const shape = unwrapped(found)
  if (!isGeometry(shape)) throw new NotAGeometry('not_polygon')
  return { type: shape.type, coordinates: shape.coordinates } as Geometry
}

function unwrapped(found: unknown): unknown {
  const { type, geometry, features } = (found ?? {}) as { type?: string; geometry?: unknown; features?: { geometry?: unknown }[] }
  if (type === 'Feature') return geometry
  if (type === 'FeatureCollection') return features?.length === 1 ? features[0]?.geometry : null
  return found
}

const isPoint = (found: unknown): boolean => Array.isArray(found) && found.length >= 2 && found.slice(0, 2).every((part) => Number.isFinite(part))
const isRing = (found: unknown): boolean => Array.isArray(found) && found.length >= 4 && found.every(isPoint)
const isPolygon = (found: unknown): boolean => Array.isArray(found) && found.length > 0 && found.every(isRing)

function isGeometry(found: unknown): found is Geometry {
  const { type, coordinates } = (found ?? {}) as { type?: string; coordinates?: unknown }
  if (type === 'Polygon') return isPolygon(coordinates)
  return type === 'MultiPolygon' && Array.isArray(coordinates) && coordinates.length > 0 && coordinates.every(isPolygon)
}

/** Points that were typed, one a line; or the number of the first line that is none. */
export function pointsIn(text: string): Point[] | number {
  const lines = text.split('\n').map((line) => line.trim())
  const points: Point[] = []
  for (const [at, line] of lines.entries()) {
    if (!line) continue
    const [x, y, ...rest] = line.split(/[,，\s]+/).map(Number)
    if (x === undefined || y === undefined || rest.length > 0 || !(Math.abs(x) <= 180) || !(Math.abs(y) <= 90)) return at + 1
    points.push([x, y])
  }
  return points
}

export const linesOf = (points: Point[]): string => points.map(([x, y]) => `${String(rounded(x))},${String(rounded(y))}`).join('\n')

const side = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

/** Where two stretches of a line cross; null where they do not. */
function crossing(a: Point, b: Point, c: Point, d: Point): Point | null {
  const [toA, toB] = [side(c, d, a), side(c, d, b)]
  if (toA * toB >= 0 || side(a, b, c) * side(a, b, d) >= 0) return null
  const share = toA / (toA - toB)
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
}

/** The first place where a closed line crosses itself. */
export function selfCrossing(points: Point[]): Point | null {
  const stretches = points.map((point, at): [Point, Point] => [point, points[(at + 1) % points.length] ?? point])
  for (const [at, [a, b]] of stretches.entries()) {
    for (const [c, d] of stretches.slice(at + 2)) {
      const found = crossing(a, b, c, d)
      if (found) return found
    }
  }
  return null
}

const KM_PER_DEGREE = 111.32

/** Square kilometres inside a closed line, on a plane that touches the earth there: right to a percent. */
export function areaOf(points: Point[]): number {
  const middle = points.reduce((sum, [, y]) => sum + y, 0) / Math.max(1, points.length)
  const twice = points.reduce((sum, [x, y], at) => {
    const [nextX, nextY] = points[(at + 1) % points.length] ?? [x, y]
    return sum + x * nextY - nextX * y
  }, 0)
  return (Math.abs(twice) / 2) * KM_PER_DEGREE ** 2 * Math.cos((middle * Math.PI) / 180)
}

/** The point that a refusal names, as in `Self-intersection[129.1 42.5]`. */
export function pointNamed(text: string): Point | null {
  const found = /\[(-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)\]/.exec(text)
  return found ? [Number(found[1]), Number(found[2])] : null
}
