/** Names on a map: those that would lie on another are left out, the names of larger areas stay. */

export interface Label {
  /** Middle of the name, in pixels. */
  x: number
  y: number
  width: number
  height: number
  /** Which is kept where two meet: the greater. */
  weight: number
}

const meets = (one: Label, other: Label): boolean =>
  Math.abs(one.x - other.x) * 2 < one.width + other.width && Math.abs(one.y - other.y) * 2 < one.height + other.height

/** For each name whether there is room for it. */
export function fitting(labels: Label[]): boolean[] {
  const kept: Label[] = []
  const fits = labels.map(() => false)
  const order = labels.map((_label, at) => at).sort((one, other) => (labels[other]?.weight ?? 0) - (labels[one]?.weight ?? 0))
  for (const at of order) {
    const label = labels[at]
    if (!label || kept.some((other) => meets(label, other))) continue
    kept.push(label)
    fits[at] = true
  }
  return fits
}

/** Width of a name in a size of text: a Chinese or Korean sign is as wide as the text is high. */
export const widthOf = (name: string, size: number): number =>
  // eslint-disable-next-line no-control-regex -- ASCII is what is narrow
  [...name].reduce((width, sign) => width + (/[\x00-\x7f]/.test(sign) ? 0.58 : 1.02) * size, 0)
