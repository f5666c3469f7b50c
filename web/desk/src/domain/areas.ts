/** Area codes: each code begins with that of its parent. */

export const LEVELS = ['prefecture', 'county', 'street', 'community', 'grid', 'building', 'unit', 'dwelling'] as const
export type Level = (typeof LEVELS)[number]

const LENGTHS: Record<Level, number> = {
  prefecture: 4,
  county: 6,
  street: 9,
  community: 12,
  grid: 15,
  building: 20,
  unit: 22,
  dwelling: 26,
}

/** The level of a code; null where no area can have it. */
export function levelOf(code: string): Level | null {
  if (!/^\d+$/.test(code)) return null
  return LEVELS.find((level) => LENGTHS[level] === code.length) ?? null
}

/** The level just inside an area; null below a dwelling. */
export function childLevel(code: string): Level | null {
  const level = levelOf(code)
  return level ? (LEVELS[LEVELS.indexOf(level) + 1] ?? null) : null
}

export function parentOf(code: string): string | null {
  const level = levelOf(code)
  const above = level ? LEVELS[LEVELS.indexOf(level) - 1] : undefined
  return above ? code.slice(0, LENGTHS[above]) : null
}

/** The area of a level that a code lies in; null where the code is shorter. */
export function ancestorAt(code: string, level: Level): string | null {
  return code.length >= LENGTHS[level] ? code.slice(0, LENGTHS[level]) : null
}

/** Where a dwelling's number is spoken as people do: unit and room. */
export function dwellingName(code: string): { building: string; unit: string; room: string } | null {
  if (levelOf(code) !== 'dwelling') return null
  return { building: code.slice(0, 20), unit: String(Number(code.slice(20, 22))), room: String(Number(code.slice(22))) }
}
