/** Shapes of the HTTP interface as the web apps read them. Instants are RFC 3339 UTC, money is integer fen. */

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
}

export interface Area {
  code: string
  level: string
  name: string
  parent: string | null
}

export interface Organisation {
  code: string
  name: string
  kind?: string
  domain?: string | null
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

export type TodayKind = 'verify_whistle' | 'stale_fact' | 'assignment' | 'open_whistle'

export interface TodayItem {
  kind: TodayKind
  title: string
  area?: string | null
  subject_id: string
  due_at?: string | null
}

export interface Today {
  as_of: string
  items: TodayItem[]
}

export const WHISTLE_KINDS = ['resident_demand', 'key_work', 'law_enforcement', 'emergency', 'peace'] as const
export type WhistleKind = (typeof WHISTLE_KINDS)[number]

export const WHISTLE_STATES = [
  'reported',
  'blown',
  'dispatched',
  'handling',
  'result_submitted',
  'verified',
  'rated',
  'closed',
] as const
export type WhistleState = (typeof WHISTLE_STATES)[number]

export interface Overdue {
  what: 'sign' | 'arrive' | 'close'
  level: number
  fired_at: string
}

export interface WhistleLeg {
  id: string
  organisation: string
  organisation_name?: string | null
  role?: string
  state: 'dispatched' | 'signed' | 'arrived' | 'done'
  sign_due_at?: string | null
  arrive_due_at?: string | null
  close_due_at?: string | null
  overdue?: Overdue[]
}

export interface TimelineEntry {
  at: string
  action: string
  organisation?: string | null
  organisation_name?: string | null
  actor_name?: string | null
  comment?: string | null
}

export interface Whistle extends Versioned {
  number?: string | null
  kind: WhistleKind
  state: WhistleState
  title: string
  description: string
  area: string
  area_name?: string | null
  place_text?: string | null
  reported_at?: string
  reported_by?: string | null
  result_text?: string | null
  photo_ids?: string[]
  result_photo_ids?: string[]
  legs?: WhistleLeg[]
  timeline?: TimelineEntry[]
  overdue?: boolean | Overdue[]
}

export interface WhistleDraft {
  kind: WhistleKind
  title: string
  description: string
  area: string
  place_text?: string
  photo_ids: string[]
}

export interface Attachment {
  id: string
  sha256: string
  media_type: string
  size_bytes: number
}

export interface Suggestion {
  id: string
  text: string
  created_at: string
}

export const ADMISSION_CLASSES = [
  'administrative',
  'assistance',
  'admitted',
  'temporary',
  'emergency',
  'autonomy',
] as const

export interface Funding {
  amount_fen: number
  source?: string
  schedule?: { due_on: string; amount_fen: number }[]
  paid_fen?: number
  arrears?: boolean
}

export interface AdmissionItem extends Versioned {
  state: string
  title: string
  class: string
  domain?: string | null
  organisation?: string
  communities?: string[]
  content?: string
  legal_basis?: string
  special_explanation?: string
  starts_on?: string | null
  ends_on?: string | null
  adds?: Record<string, unknown>
  workload_hours_per_month?: number | null
  funding?: Funding
  approval_no?: string | null
  valid_to?: string | null
}

export interface Indicator {
  figure?: string | number | null
  code: string
  name_zh?: string
  name?: string
  value: number | string | null
  unit?: string | null
  numerator?: number | null
  denominator?: number | null
  definition?: string | null
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
}

export interface ImportJob {
  id: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
  progress: ImportProgress
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
