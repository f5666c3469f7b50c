import type { Household } from '@shared/api-types'

const GRID_LENGTH = 15

/** The grid this person works in, as far as the account says; null where it covers several. */
export function ownGrid(areas: string[]): string | null {
  return areas.find((code) => code.length === GRID_LENGTH) ?? null
}

/** Households whose address or one of whose members' names contains every word looked for. */
export function matching(items: Household[], text: string): Household[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return items
  return items.filter((item) => {
    const names = item.members.map((member) => `${member.name} ${member.name_ko ?? ''}`).join(' ')
    const hay = `${item.address} ${item.head_name ?? ''} ${names}`.toLowerCase()
    return words.every((word) => hay.includes(word))
  })
}
