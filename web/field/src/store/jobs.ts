import type { EditableFact, SuggestionKind, WhistleDraft } from '@shared/api-types'

/** Correct one fact of one resident, as it was seen at `if_match`. */
export interface FactJob {
  kind: 'fact'
  key: string
  resident_id: string
  household_id: string
  resident_name: string
  field: EditableFact
  value: string
  /** What the worker saw before (masked where the interface masks it). */
  seen: string | null
  if_match: number
}

/** A photo is kept as bytes: old iOS versions lose Blobs that are put into IndexedDB. */
export interface PhotoStep {
  key: string
  bytes: ArrayBuffer
  media_type: string
  attachment_id: string | null
}

export interface WhistleJob {
  kind: 'whistle'
  key: string
  draft: Omit<WhistleDraft, 'photo_ids'>
  photos: PhotoStep[]
}

export interface SuggestionJob {
  kind: 'suggestion'
  key: string
  /** What of it: a complaint is answered by law. */
  nature: SuggestionKind
  text: string
}

export interface VerifyJob {
  kind: 'verify'
  key: string
  whistle_id: string
  title: string
  passed: boolean
  comment: string
  if_match: number
}

export type Job = FactJob | WhistleJob | SuggestionJob | VerifyJob

/** `waiting` goes out by itself; `conflict` and `failed` wait for the person. */
export type EntryState = 'waiting' | 'conflict' | 'failed'

export interface Entry {
  id: string
  /** Who wrote it: another person on the same phone never sends it. */
  owner: string
  created_at: number
  state: EntryState
  attempts: number
  /** Not to be tried before this instant (milliseconds). */
  next_at: number
  problem: string | null
  theirs: { value: string | null; version: number } | null
  job: Job
}

/** Entries about the same thing go out in the order they were written. */
export function subjectOf(job: Job): string | null {
  if (job.kind === 'fact') return `resident:${job.resident_id}`
  if (job.kind === 'verify') return `whistle:${job.whistle_id}`
  return null
}
