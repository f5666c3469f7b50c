import type { Role } from '@shared/api-types'

/** Roles a person may hold; the three administrators hold nothing else. */
export const PEOPLE: Role[] = [
  'grid_worker',
  'community_officer',
  'street_officer',
  'department_officer',
  'county_officer',
  'secretariat',
  'approver',
  'finance_officer',
  'resident_desk',
  'system_admin',
  'security_admin',
  'auditor',
]

export const SYSTEMS: Role[] = ['department_system']

/** What somebody typed between spaces and commas of either script. */
export function listOf(text: string): string[] {
  return text.split(/[\s,，、]+/).filter(Boolean)
}

/** So many days after a day (`YYYY-MM-DD`). */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
