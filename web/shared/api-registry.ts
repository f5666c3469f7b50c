/** Shapes of the registry's interface as the desk reads them. */

import type { Named } from './api-types'

export type Sensitivity = 'public' | 'internal' | 'personal' | 'sensitive'

export interface CatalogueField extends Named {
  code: string
  type: 'text' | 'code' | 'date' | 'integer' | 'decimal' | 'boolean' | 'phone' | 'document' | 'area' | 'id'
  code_set: string | null
  owner: string
  readers: string[]
  sensitivity: Sensitivity
  freshness_days: number | null
  legal_basis: string
  collected_by: 'grid_worker' | 'department' | 'derived'
}

export interface CodeSet extends Named {
  code: string
  values: ({ code: string } & Named)[]
}

export type FactSource = 'department_push' | 'grid_visit' | 'resident' | 'baseline'

export interface Fact {
  value: unknown
  source: FactSource
  domain: string | null
  observed_on: string
}

/** One resident, with the fields asked for and no others. */
export interface Resident {
  id: string
  county: string
  version: number
  name?: string | null
  name_ko?: string | null
  name_pinyin?: string | null
  sex?: string | null
  born_on?: string | null
  document?: { kind: string; number: string } | null
  phone?: string | null
  residency?: string | null
  usual_language?: string | null
  household_id?: string | null
  relation?: string | null
  dwelling?: string | null
  facts?: Record<string, Fact | null>
  /** Shown fields that somebody disputes. */
  disputed?: string[]
}

export interface Access {
  read_at: string
  organisation: string
  organisation_name: string | null
  reader: string
  role: string
  purpose: string
  fields: string[]
  operation: string
}

export type AreaChangeKind = 'rename' | 'recode' | 'merge' | 'split' | 'reparent'

export interface AreaChange {
  id: string
  kind: AreaChangeKind
  effective_on: string
  state: 'scheduled' | 'rekeying' | 'done' | 'failed'
  document: string
  note: string | null
  old: string[]
  new: { code: string; name: string | null; name_ko: string | null; name_en: string | null }[]
  asked_by: string
  organisation: string
  asked_at: string
  error: string | null
  progress: { phase: string | null; rows_total: number; rows_done: number }
  lineage?: { old: string; new: string }[]
}

export interface RelatedArea {
  code: string
  kind: AreaChangeKind
  effective_on: string
  change_id: string
}

export interface AreaHistory {
  code: string
  versions: {
    name: string
    name_ko: string | null
    name_en: string | null
    urban: boolean
    address: string | null
    change_id: string | null
    valid_from: string
    valid_to: string | null
  }[]
  successors: RelatedArea[]
  predecessors: RelatedArea[]
}

export interface JobFailure {
  code: string
  title: string
  detail: string
}

export type DifferenceKind = 'added' | 'missing' | 'changed' | 'contradicting' | 'elsewhere' | 'rejected'

export interface Reconciliation {
  id: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  phase: string | null
  county: string
  within: string
  domain: string
  file: { name: string; size_bytes: number }
  columns: {
    used: { heading: string; field: string }[]
    ignored: { heading: string; reason: string }[]
  }
  progress: { read_to: number; compared_to: number }
  summary: {
    rows: { total: number; rejected: number; duplicates: number }
    persons: { added: number; missing: number; changed: number; contradicting: number; same: number; elsewhere: number }
    fields: Record<string, { changed: number; contradicting: number; confirmed: number; same: number }>
  }
  differences_listed: number
  differences_truncated: boolean
  error: JobFailure | null
  created_at: string
  links: { file: string | null; apply: string | null; cancel: string | null }
}

export interface Difference {
  no: number
  kind: DifferenceKind
  field: string | null
  row: number | null
  resident: { id?: string | null; name?: string | null; document?: string | { kind: string; number: string } | null } | null
  file: Record<string, unknown> | null
  registry: Record<string, unknown> | null
}

export type ExportFormat = 'xlsx' | 'csv' | 'parquet' | 'ndjson'

export interface Export {
  id: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  within: string
  filtered_by: string[]
  format: ExportFormat
  fields: string[]
  masked: string[]
  limited_to_holders_of: string[]
  purpose: string
  legal_basis: string
  agreement: string | null
  progress: { residents_total: number | null; residents_done: number; residents_most: number }
  file: { media_type: string; size_bytes: number; sha256: string } | null
  error: JobFailure | null
  created_at: string
  links: { file: string | null; cancel: string | null }
}

export interface Said {
  value: unknown
  source: FactSource
  domain: string | null
  organisation: string | null
  observed_on: string
  recorded_at: string
  rank: number
  max_age_days: number | null
}

/** Why a field shows what it shows. */
export interface Explanation {
  authority: number | null
  shown: Said | null
  others: (Said & { reason: string })[]
}

export interface ResidentAsOf extends Resident {
  as_of?: { valid_on: string | null; known_at: string; authority: number; unknown: string[] }
  explanation?: Record<string, Explanation>
}

export interface RecordChange {
  version: number
  known_at: string
  changed_by: string
  organisation: string | null
  role: string | null
  operation: string | null
  purpose: string | null
  fields: { field: string; old: unknown; new: unknown; valid_since: string; source: string; domain: string | null }[]
}

/** From the first day to the day after the last; open where it goes on. */
export interface Period {
  from: string
  to: string | null
}

export interface Membership extends Period {
  household_id: string
  relation: string | null
  dwelling: string | null
}

export interface HouseholdMember extends Period {
  id: string
  version: number
  name: string
  name_ko: string | null
  sex: string
  born_on: string | null
  relation: string | null
  dwelling: string | null
  phone: string | null
}

export interface HouseholdInTime {
  id: string
  county: string
  version: number
  number: string | null
  kind: string | null
  dwelling: string | null
  address: string
  head_id: string | null
  valid_from: string
  valid_to: string | null
  on: string | null
  members: HouseholdMember[]
  registered: HouseholdMember[]
  dwellings: (Period & { dwelling: string; use: 'main' | 'second' | 'other' })[]
  heads: (Period & { head_id: string })[]
}

export interface Claim {
  value: unknown
  source: FactSource
  domain: string | null
  organisation?: string | null
  observed_on: string
}

/** Two sources contradict each other: somebody must look. */
export interface Verification {
  id: string
  county: string
  resident_id: string
  name: string
  dwelling: string
  version: number
  field: string
  state: 'open' | 'resolved' | 'withdrawn'
  shown: Claim | null
  claimed: Claim
  opened_at: string
  age_days: number
  outcome: 'confirmed' | 'replaced' | null
  resolved_by: string | null
  resolved_organisation: string | null
  resolved_at: string | null
  note: string | null
}

export interface Dispute {
  id: string
  county: string
  resident_id: string
  field: string
  state: 'open' | 'upheld' | 'rejected'
  statement: string
  opened_by: string
  opened_organisation: string
  opened_at: string
  age_days: number
  decided_by: string | null
  decided_organisation: string | null
  decided_at: string | null
  reason: string | null
}
