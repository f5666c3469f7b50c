/** Shapes of what the record keeps beside its residents, as the desk reads them. */

export interface LifeEvent {
  id: string
  county: string
  kind: string
  occurred_on: string
  area: string
  evidence: string | null
  recorded_at: string
  recorded_by: string
  role: string
  organisation: string
  subjects: { id: string; name: string; role: string }[]
  households: string[]
  reversal: { reversed_at: string; reversed_by: string; reason: string | null } | null
}

export interface ResidentDocument {
  /** `primary` where the record alone has it. */
  id: string
  kind: string
  number: string
  primary: boolean
  issued_on: string | null
  expires_on: string | null
  recorded_at: string | null
  ended_at: string | null
  end_reason: string | null
}

export const ROW_OUTCOMES = ['created', 'changed', 'unchanged', 'rejected', 'duplicate'] as const

export interface ImportRow {
  /** Place in the sheet, from 1; the headings count. */
  row: number
  outcome: (typeof ROW_OUTCOMES)[number]
  faults: { heading: string; code: string; reason: string; taken: boolean }[]
}

export interface Provision {
  id: string
  organisation: string
  organisation_name: string | null
  recipient: string
  role: string
  within: string
  fields: string[]
  filtered_by: string[]
  residents: number
  format: string
  sha256: string
  purpose: string
  legal_basis: string
  agreement: string | null
  provided_at: string
}

export const POST_KINDS = ['grid_head', 'grid_worker', 'building_chief', 'unit_chief', 'street_chief', 'road_chief'] as const
export type PostKind = (typeof POST_KINDS)[number]

export interface Post {
  id: string
  version: number
  area: string
  post: PostKind
  seat: string | null
  holder: string
  phone: string | null
  valid_from: string
  valid_to: string | null
}
