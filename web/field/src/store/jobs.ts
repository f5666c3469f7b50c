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

/** What was found where two sources contradict each other about a fact. */
export interface ResolveJob {
  kind: 'resolve'
  key: string
  verification_id: string
  resident_id: string
  resident_name: string
  field: string
  /** What is shown is right, or what it is instead. */
  finding: { confirm: true } | { value: unknown }
  note: string
  if_match: number
}

export const REPORT_KINDS = ['move_in', 'move_out', 'birth', 'death'] as const
export type ReportKind = (typeof REPORT_KINDS)[number]

export interface Newcomer {
  name: string
  sex: string
  born_on?: string
  relation?: string
  document?: { kind: 'resident_id'; number: string }
}

/** The body of a life event, as the registry takes it. */
export interface Report {
  kind: ReportKind
  occurred_on: string
  people?: string[]
  newcomers?: Newcomer[]
  household_id?: string
  new_head_id?: string
  spouse_id?: string
  registered?: boolean
  evidence?: string
}

/** A birth, a death, somebody who came or went, in a household as it was seen at `versions`. */
export interface LifeEventJob {
  kind: 'life_event'
  key: string
  household_id: string
  /** Whom it is about, for the person who waits. */
  names: string
  report: Report
  versions: Record<string, number>
}

export type Job = FactJob | WhistleJob | SuggestionJob | VerifyJob | ResolveJob | LifeEventJob

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

/** The records a job was written on, with the versions that were seen. */
export function writtenOn(job: Job): Record<string, number> {
  switch (job.kind) {
    case 'fact':
    case 'resolve':
      return { [job.resident_id]: job.if_match }
    case 'verify':
      return { [job.whistle_id]: job.if_match }
    case 'life_event':
      return job.versions
    default:
      return {}
  }
}

/** The same job on top of other versions of its records. */
export function onTopOf(job: Job, versions: Record<string, number>): Job {
  if (job.kind === 'life_event') return { ...job, versions: { ...job.versions, ...versions } }
  const [version] = Object.values(versions)
  return 'if_match' in job && version !== undefined ? { ...job, if_match: version } : job
}

/** Entries that share a subject go out in the order they were written. */
export function subjectsOf(job: Job): string[] {
  const own = job.kind === 'life_event' ? [job.household_id] : []
  return [...own, ...Object.keys(writtenOn(job))]
}
