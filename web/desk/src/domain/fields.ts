/** Rules of the field catalogue as the pages need them; the registry has the last word. */

import type { CatalogueField, CodeSet, Resident } from '@shared/api-registry'
import { DOMAINS, type Profile, type Role } from '@shared/api-types'
import { nameIn } from '@shared/names'

/** Fields that are columns of the record; every other one is a fact with its source. */
export const CORE = [
  'name',
  'name_ko',
  'name_pinyin',
  'sex',
  'born_on',
  'document',
  'phone',
  'usual_language',
  'residency',
  'household_id',
  'relation',
  'dwelling',
]

const DEPARTMENTS: Role[] = ['department_officer', 'department_system']
const AREA_ROLES: Role[] = ['grid_worker', 'community_officer', 'street_officer', 'county_officer', 'resident_desk']

export function isReadable(field: CatalogueField, who: Profile): boolean {
  const isDepartment = who.roles.some((role) => DEPARTMENTS.includes(role))
  if (isDepartment && who.domains.some((domain) => field.owner === domain || field.readers.includes(domain))) return true
  return who.roles.some((role) => AREA_ROLES.includes(role)) && field.sensitivity !== 'sensitive'
}

export interface FieldGroup {
  /** `core`, or the domain that owns the fields. */
  code: string
  fields: CatalogueField[]
}

/** What a person may read, the core first and then by the domain that owns it; empty groups are left out. */
export function groupsOf(catalogue: CatalogueField[], who: Profile): FieldGroup[] {
  const readable = catalogue.filter((field) => isReadable(field, who))
  const groups = ['core', ...DOMAINS].map((code) => ({
    code,
    fields: readable.filter((field) => (CORE.includes(field.code) ? code === 'core' : code === field.owner)),
  }))
  return groups.filter((group) => group.fields.length > 0)
}

const DAY_MS = 86_400_000

/** Whether a value was observed longer ago than its field keeps fresh. */
export function isStale(field: CatalogueField, observedOn: string | null | undefined, today: string): boolean {
  if (field.freshness_days === null || !observedOn) return false
  return (Date.parse(today) - Date.parse(observedOn)) / DAY_MS > field.freshness_days
}

export function valueOf(resident: Resident, code: string): unknown {
  if (!CORE.includes(code)) return resident.facts?.[code]?.value ?? null
  return (resident as unknown as Record<string, unknown>)[code] ?? null
}

/** What was read of a resident before, and what was read now. */
export function joined(before: Resident | null, now: Resident): Resident {
  return {
    ...before,
    ...now,
    facts: { ...before?.facts, ...now.facts },
    disputed: [...new Set([...(before?.disputed ?? []), ...(now.disputed ?? [])])],
  }
}

export interface Words {
  yes: string
  no: string
  none: string
  /** Name of a document's kind. */
  document: (kind: string) => string
}

/** A value as people read it: words for codes, yes and no, the number of a document. */
export function valueText(
  field: CatalogueField,
  value: unknown,
  sets: Map<string, CodeSet>,
  locale: string,
  words: Words,
): string {
  if (value === null || value === undefined || value === '') return words.none
  if (field.type === 'boolean') return value === true ? words.yes : words.no
  if (typeof value === 'object') return documentText(value, words)
  return codeText(field, String(value as string | number), sets, locale)
}

function codeText(field: CatalogueField, text: string, sets: Map<string, CodeSet>, locale: string): string {
  const found = sets.get(field.code_set ?? '')?.values.find((item) => item.code === text)
  return found ? nameIn(found, locale) : text
}

function documentText(value: object, words: Words): string {
  const { kind, number } = value as { kind?: string; number?: string }
  return number === undefined ? JSON.stringify(value) : `${words.document(kind ?? '')} ${number}`
}
