import { randomId } from '@shared/ids'
import { ApiProblem, isPassing, SignInNeeded } from '@shared/problem'

import { type Entry, type FactJob, type Job, onTopOf, subjectsOf, writtenOn } from './jobs'

export interface OutboxStore {
  entries(): Promise<Entry[]>
  putEntry(entry: Entry): Promise<void>
  deleteEntry(id: string): Promise<void>
}

/** What the outside world does for the outbox. */
export interface Carrier {
  /**
   * Sends one job. `keep` stores progress inside the job (an uploaded photo) so that a repeat goes on there.
   *
   * @returns The new versions of the changed records, as far as the interface gives them.
   */
  send(job: Job, keep: (job: Job) => Promise<void>): Promise<Record<string, number>>
  /** What the server holds now for the fact of a job that was refused as stale. */
  theirs(job: FactJob): Promise<{ value: string | null; version: number }>
}

/** `later` keeps its place in the line; `refused` waits for the person; `stop` = nothing can be sent now. */
type Outcome = 'done' | 'later' | 'refused' | 'stop'

const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 300_000

/** Milliseconds before attempt number `attempts + 1`: doubling, with a ceiling. */
export function pauseAfter(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, attempts - 1), LONGEST_PAUSE_MS)
}

/**
 * Writes that wait on the phone until the server has them.
 *
 * An entry leaves only when the server accepted it or the person threw it away. Each carries its
 * Idempotency-Key from the moment it is written, so a repeat after a lost answer has no second effect.
 */
export class Outbox {
  private running: Promise<void> | null = null
  private again = false

  constructor(
    private readonly store: OutboxStore,
    private readonly carrier: Carrier,
    private readonly owner: () => string | null,
    private readonly changed: (entries: Entry[], activeId: string | null) => void = () => undefined,
    private readonly now: () => number = () => Date.now(),
  ) {}

  async load(): Promise<void> {
    await this.tell(null)
  }

  async add(job: Job): Promise<Entry> {
    const owner = this.owner()
    if (owner === null) throw new SignInNeeded()
    const entry: Entry = {
      id: randomId(),
      owner,
      created_at: this.now(),
      state: 'waiting',
      attempts: 0,
      next_at: 0,
      problem: null,
      theirs: null,
      job,
    }
    await this.store.putEntry(entry)
    await this.tell(null)
    return entry
  }

  /** The person changed what was refused: it goes out as a new call with a new key. */
  async amend(entry: Entry, job: Job): Promise<void> {
    await this.store.putEntry({
      ...entry,
      job: { ...job, key: randomId() },
      state: 'waiting',
      attempts: 0,
      next_at: 0,
      problem: null,
      theirs: null,
    })
    await this.tell(null)
  }

  /** The person's value stands against the server's: sent again on top of the server's version. */
  async keepMine(entry: Entry): Promise<void> {
    if (entry.job.kind !== 'fact' || entry.theirs === null) return
    await this.amend(entry, { ...entry.job, if_match: entry.theirs.version })
  }

  async discard(entry: Entry): Promise<void> {
    await this.store.deleteEntry(entry.id)
    await this.tell(null)
  }

  /** Reads the server's value for a conflict that was met while the network went away. */
  async fillTheirs(entry: Entry): Promise<Entry> {
    if (entry.job.kind !== 'fact') return entry
    const filled = { ...entry, theirs: await this.carrier.theirs(entry.job) }
    await this.store.putEntry(filled)
    await this.tell(null)
    return filled
  }

  /** Sends what can be sent now. Calls during a run make it look once more at its end. */
  flush(evenIfPaused = false): Promise<void> {
    if (this.running !== null) {
      this.again = true
      return this.running
    }
    this.running = this.runLocked(evenIfPaused).finally(() => {
      this.running = null
    })
    return this.running
  }

  private async runLocked(evenIfPaused: boolean): Promise<void> {
    // Two tabs of the same app must not send the same entry side by side.
    const locks = typeof navigator === 'undefined' ? undefined : navigator.locks
    if (!locks) return this.run(evenIfPaused)
    await locks.request('onegrid-outbox', { ifAvailable: true }, async (lock) => {
      if (lock) await this.run(evenIfPaused)
    })
  }

  private async run(evenIfPaused: boolean): Promise<void> {
    do {
      this.again = false
      const ids = (await this.mine()).map((entry) => entry.id)
      const held = new Set<string>()
      for (const id of ids) {
        if ((await this.turn(id, held, evenIfPaused)) === 'stop') return
      }
    } while (this.again)
    // Another tab may have sent or written something since the list was last shown.
    await this.tell(null)
  }

  /** One entry's turn; `held` collects the subjects whose later entries must wait behind it. */
  private async turn(id: string, held: Set<string>, evenIfPaused: boolean): Promise<Outcome> {
    // Read again: the person, or an earlier success, may have changed it meanwhile.
    const entry = (await this.mine()).find((candidate) => candidate.id === id)
    if (entry?.state !== 'waiting') return 'refused'
    const subjects = subjectsOf(entry.job)
    const isPaused = !evenIfPaused && entry.next_at > this.now()
    const isHeld = subjects.some((subject) => held.has(subject))
    const outcome = isPaused || isHeld ? 'later' : await this.attempt(entry)
    if (outcome === 'later') for (const subject of subjects) held.add(subject)
    return outcome
  }

  private async attempt(entry: Entry): Promise<Outcome> {
    await this.tell(entry.id)
    let current = entry
    try {
      const versions = await this.carrier.send(entry.job, async (job) => {
        current = { ...current, job }
        await this.store.putEntry(current)
      })
      await this.store.deleteEntry(entry.id)
      await this.rebase(entry.job, versions)
      return 'done'
    } catch (failure) {
      return await this.setAside(current, failure)
    } finally {
      await this.tell(null)
    }
  }

  private async setAside(entry: Entry, failure: unknown): Promise<Outcome> {
    if (isPassing(failure)) return this.pause(entry, failure)
    const attempts = entry.attempts + 1
    if (failure instanceof ApiProblem && failure.status === 412 && entry.job.kind === 'fact') {
      const theirs = await this.tryTheirs(entry.job)
      await this.store.putEntry({ ...entry, state: 'conflict', attempts, theirs })
      return 'refused'
    }
    const problem = failure instanceof ApiProblem ? failure.words || failure.message : String(failure)
    await this.store.putEntry({ ...entry, state: 'failed', attempts, problem })
    return 'refused'
  }

  private async pause(entry: Entry, failure: unknown): Promise<Outcome> {
    const attempts = entry.attempts + 1
    const isAnswer = failure instanceof ApiProblem
    const asked = isAnswer ? (failure.retryAfterS ?? 0) * 1000 : 0
    const next_at = this.now() + Math.max(pauseAfter(attempts), asked)
    await this.store.putEntry({ ...entry, attempts, next_at, problem: isAnswer ? failure.words : null })
    return isAnswer ? 'later' : 'stop'
  }

  private async tryTheirs(job: FactJob): Promise<Entry['theirs']> {
    try {
      return await this.carrier.theirs(job)
    } catch {
      // Filled in when the person opens the conflict.
      return null
    }
  }

  /** Later entries that were written on top of the versions we just replaced follow to the new ones. */
  private async rebase(done: Job, versions: Record<string, number>): Promise<void> {
    const before = writtenOn(done)
    for (const entry of await this.mine()) {
      const seen = writtenOn(entry.job)
      const moved = Object.entries(versions).filter(([id]) => seen[id] !== undefined && seen[id] === before[id])
      // A report's versions are part of its body: once it went out, key and body belong together.
      const isFixed = entry.job.kind === 'life_event' && entry.attempts > 0
      if (entry.state === 'waiting' && !isFixed && moved.length > 0) {
        await this.store.putEntry({ ...entry, job: onTopOf(entry.job, Object.fromEntries(moved)) })
      }
    }
  }

  private async mine(): Promise<Entry[]> {
    const owner = this.owner()
    return (await this.store.entries()).filter((entry) => entry.owner === owner)
  }

  private async tell(activeId: string | null): Promise<void> {
    this.changed(await this.mine(), activeId)
  }
}
