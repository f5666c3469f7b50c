/** What is found on looking, and what is decided of a dispute, as the registry takes it. */

import type { CatalogueField, Verification } from '@shared/api-registry'
import type { Profile } from '@shared/api-types'

export type Choice = 'shown' | 'claimed' | 'other'

/** A typed text as a value of a field; null where it is empty. */
export function valueFrom(field: CatalogueField | undefined, text: string): unknown {
  const word = text.trim()
  if (word === '') return null
  if (field?.type === 'boolean') return word === 'true'
  if (field?.type === 'integer' || field?.type === 'decimal') return Number(word)
  return word
}

export function findingOf(choice: Choice, verification: Verification, value: unknown, note: string): Record<string, unknown> {
  const said = note.trim() ? { note: note.trim() } : {}
  if (choice === 'shown') return { confirm: true, ...said }
  return { value: choice === 'claimed' ? verification.claimed.value : value, ...said }
}

/** A masked number cannot be sent back as a value: it must be typed whole. */
export const isMasked = (value: unknown): boolean => typeof value === 'string' && value.includes('****')

export function mayResolve(field: CatalogueField | undefined, who: Profile): boolean {
  if (!field) return false
  const isCollector = who.roles.some((role) => role === 'grid_worker' || role === 'community_officer')
  if (isCollector && field.collected_by === 'grid_worker') return true
  return who.roles.includes('department_officer') && who.domains.includes(field.owner)
}

export const mayDecide = (field: CatalogueField | undefined, who: Profile): boolean =>
  field !== undefined && who.roles.includes('department_officer') && who.domains.includes(field.owner)
