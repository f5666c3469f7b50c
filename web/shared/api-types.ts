/** Shapes of the HTTP interface as the web apps read them. Instants are RFC 3339 UTC, money is integer fen. */

export * from './api-tasks'

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface Versioned {
  id: string
  version: number
}

export type Role =
  | 'grid_worker'
  | 'community_officer'
  | 'street_officer'
  | 'department_officer'
  | 'department_system'
  | 'county_officer'
  | 'secretariat'
  | 'approver'
  | 'finance_officer'
  | 'resident_desk'
  | 'system_admin'
  | 'security_admin'
  | 'auditor'

export interface Profile {
  sub: string
  name: string
  org: string
  roles: Role[]
  areas: string[]
  domains: string[]
  /** Whose rights are used; absent while they are one's own. */
  acting_for?: { delegation: string; name: string }
}

export interface Area {
  code: string
  level: string
  name: string
  name_ko?: string | null
  name_en?: string | null
  parent: string | null
  urban: boolean
  address?: string | null
  valid_from?: string
  valid_to?: string | null
}

/** What has a name in each of the three languages; only the Chinese one is always there. */
export interface Named {
  name_zh: string
  name_ko?: string | null
  name_en?: string | null
}

export interface Organisation extends Named {
  code: string
  kind: string
  area: string
  domain: string | null
}

/** The two facts that a grid worker corrects at the door. */
export type EditableFact = 'phone' | 'usual_language'

export interface Member extends Versioned {
  name: string
  name_ko?: string | null
  relation?: string | null
  sex?: string | null
  born_on?: string | null
  phone?: string | null
  usual_language?: string | null
  stale?: string[]
}

export interface Household {
  id: string
  dwelling?: string | null
  address: string
  head_name?: string | null
  members: Member[]
}

export interface ResidentView extends Versioned {
  name?: string
  phone?: string | null
  usual_language?: string | null
}

export const ADMISSION_CLASSES = [
  'administrative',
  'assistance',
  'admitted',
  'temporary',
  'emergency',
  'autonomy',
] as const

/** What an item may add to a community's burden besides the work itself. */
export const ADDITIONS = [
  'ledger',
  'form',
  'app',
  'inspection',
  'plate',
  'institution',
  'campaign',
  'training',
  'survey',
  'responsibility_letter',
  'meeting',
] as const

export interface Funding {
  amount_fen: number
  source: string | null
  zero_reason: string | null
  schedule: { due_on: string; amount_fen: number }[]
  paid_fen: number
  arrears: boolean
}

export interface AdmissionItem extends Versioned {
  state: string
  title: string
  class: string
  domain: string
  organisation: string
  communities: string[]
  content: string
  legal_basis: string
  special_explanation: string | null
  starts_on: string
  ends_on: string | null
  adds: Record<string, boolean | string>
  workload_hours_per_month: number | null
  funding: Funding
  approval: { approval_no: string; decided_on: string; valid_to: string } | null
  /** The rest only where one item is read. */
  opinions?: { organisation: string; stance: string; comment: string | null; by: string; given_at: string }[]
  timeline?: { at: string; action: string; by: string; organisation: string; comment: string | null }[]
  payments?: { id: string; amount_fen: number; paid_on: string; reference: string; reversed: boolean }[]
}

export interface Indicator extends Named {
  figure: string | null
  code: string
  value: number | string | null
  unit: string
  numerator: number | null
  denominator: number | null
  definition: string
  definition_en?: string | null
  /** Where the figure is one organisation's or one community's. */
  organisation?: string | null
  community?: string | null
}

export interface IndicatorReport {
  as_of: string
  within: string
  items: Indicator[]
}

export interface ImportProgress {
  rows_total: number | null
  rows_done: number
  accepted: number
  matched: number
  created: number
  changed: number
  rejected: number
  duplicates: number
  conflicts: number
}

export interface ImportJob {
  id: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  phase?: 'staging' | 'matching' | 'applying' | 'reporting' | null
  dry_run?: boolean
  file?: { name: string }
  created_at: string
  progress: ImportProgress
  columns: {
    used: { heading: string; field: string }[]
    ignored: { heading: string; reason: string }[]
  }
  error: { title: string; detail: string } | null
  links: { errors: string | null; cancel: string | null }
}

export const DOMAINS = [
  'public_security',
  'family_planning',
  'social_security',
  'housing',
  'health',
  'education',
  'culture',
  'transport',
  'market',
] as const
