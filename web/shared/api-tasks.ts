/** What the tasks service says: today's list, whistles, photos, suggestions. */

import type { Versioned } from './api-types'

export type TodayKind = 'verify_whistle' | 'assignment' | 'open_whistle' | 'verify_fact'

export interface TodayItem {
  kind: TodayKind
  title: string
  area?: string | null
  subject_id: string
  due_at?: string | null
  /** Of `verify_fact`: which fact, and whose. */
  field?: string | null
  resident_id?: string | null
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
  role: 'lead' | 'co_handler'
  state: 'dispatched' | 'signed' | 'arrived' | 'done'
  sign_due_at: string
  arrive_due_at: string
  close_due_at: string
  result?: string | null
  overdue: Overdue[]
}

export const TIMELINE_ACTIONS = [
  'reported',
  'blown',
  'dispatched',
  'signed',
  'arrived',
  'result_submitted',
  'verified',
  'verification_failed',
  'rated',
  'rated_unsatisfied',
  'closed',
  'declined',
  'overdue',
] as const

export interface TimelineEntry {
  at: string
  action: string
  organisation: string
  role: string
  actor_name: string
  comment: string | null
  details: { what?: string; level?: number; [key: string]: unknown } | null
}

export interface Rating {
  satisfaction: 'satisfied' | 'basically_satisfied' | 'unsatisfied'
  score: number | null
  comment: string | null
  rated_at: string
}

export interface Whistle extends Versioned {
  kind: WhistleKind
  state: WhistleState
  title: string
  description: string
  area: string
  /** Code of the street, which is also the code of its office. */
  street: string
  place_text: string | null
  reported_at: string
  reported_by: string
  reporter_name: string
  outcome?: 'resolved' | 'declined' | null
  result_text: string | null
  photo_ids: string[]
  result_photo_ids: string[]
  legs: WhistleLeg[]
  overdue: boolean
  /** Only where one whistle is read. */
  timeline?: TimelineEntry[]
  rating?: Rating | null
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

export type SuggestionKind = 'complaint' | 'suggestion'

export interface Suggestion {
  id: string
  kind: SuggestionKind
  text: string
  created_at: string
  reply: string | null
  replied_at: string | null
}
