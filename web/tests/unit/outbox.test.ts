import 'fake-indexeddb/auto'

import { ApiProblem, NoAnswer, SignInNeeded } from '@shared/problem'
import { beforeEach, describe, expect, test } from 'vitest'

import { Database } from '../../field/src/store/database'
import { type Entry, type FactJob, type Job, type LifeEventJob, type ResolveJob, type WhistleJob, writtenOn } from '../../field/src/store/jobs'
import { type Carrier, Outbox, pauseAfter } from '../../field/src/store/outbox'

const fact = (over: Partial<FactJob> = {}): FactJob => ({
  kind: 'fact',
  key: 'key-1',
  resident_id: 'res-1',
  household_id: 'home-1',
  resident_name: '金哲洙',
  field: 'phone',
  value: '13912345678',
  seen: '138****1000',
  if_match: 3,
  ...over,
})

const whistle = (): WhistleJob => ({
  kind: 'whistle',
  key: 'key-w',
  draft: { kind: 'emergency', title: '漏水', description: '主管破裂', area: '222406001001001' },
  photos: [
    { key: 'p-1', bytes: new ArrayBuffer(8), media_type: 'image/jpeg', attachment_id: null },
    { key: 'p-2', bytes: new ArrayBuffer(8), media_type: 'image/jpeg', attachment_id: null },
  ],
})

const resolve = (over: Partial<ResolveJob> = {}): ResolveJob => ({
  kind: 'resolve',
  key: 'key-r',
  verification_id: 'ver-1',
  resident_id: 'res-1',
  resident_name: '金哲洙',
  field: 'employment_status',
  finding: { confirm: true },
  note: '',
  if_match: 3,
  ...over,
})

const death = (over: Partial<LifeEventJob> = {}): LifeEventJob => ({
  kind: 'life_event',
  key: 'key-l',
  household_id: 'home-1',
  names: '金哲洙',
  report: { kind: 'death', occurred_on: '2026-11-20', people: ['res-1'] },
  versions: { 'res-1': 3 },
  ...over,
})

/** A carrier that answers from a list: an error is thrown, a number is the new version of the first record. */
class Script implements Carrier {
  sent: Job[] = []
  steps: (number | Record<string, number> | Error | ((keep: (job: Job) => Promise<void>, job: Job) => Promise<Record<string, number>>))[] = []
  current: { value: string | null; version: number } | Error = { value: '137****0000', version: 9 }

  async send(job: Job, keep: (job: Job) => Promise<void>): Promise<Record<string, number>> {
    this.sent.push(structuredClone(job))
    const step = this.steps.shift() ?? {}
    if (step instanceof Error) throw step
    const [first = ''] = Object.keys(writtenOn(job))
    return typeof step === 'function' ? step(keep, job) : typeof step === 'number' ? { [first]: step } : step
  }

  async theirs(): Promise<{ value: string | null; version: number }> {
    if (this.current instanceof Error) throw this.current
    return this.current
  }
}

let database: Database
let script: Script
let outbox: Outbox
let owner: string | null
let clock: number
let seen: Entry[]
let runs = 0

beforeEach(() => {
  runs += 1
  database = new Database(`test-${String(runs)}`)
  script = new Script()
  owner = 'worker-1'
  clock = 1_000_000
  seen = []
  outbox = new Outbox(
    database,
    script,
    () => owner,
    (entries) => {
      seen = entries
    },
    () => clock,
  )
})

const problem = (status: number, code = ''): ApiProblem => new ApiProblem(status, { title: '不行', detail: '原因', code })

describe('sending', () => {
  test('what was accepted leaves the phone', async () => {
    await outbox.add(fact())
    expect(seen).toHaveLength(1)
    await outbox.flush()
    expect(seen).toEqual([])
    expect(await database.entries()).toEqual([])
  })

  test('goes in the order it was written', async () => {
    for (const value of ['1', '2', '3']) {
      clock += 1
      await outbox.add(fact({ resident_id: `res-${value}`, key: value }))
    }
    await outbox.flush()
    expect(script.sent.map((job) => job.key)).toEqual(['1', '2', '3'])
  })

  test('a lost network keeps everything, asks the rest not at all, and repeats the same key', async () => {
    await outbox.add(fact({ key: 'a' }))
    clock += 1
    await outbox.add(fact({ key: 'b', resident_id: 'res-2' }))
    script.steps = [new NoAnswer('cut')]
    await outbox.flush()
    expect(script.sent).toHaveLength(1)
    expect(seen.map((entry) => [entry.state, entry.attempts])).toEqual([
      ['waiting', 1],
      ['waiting', 0],
    ])
    await outbox.flush(true)
    expect(script.sent.map((job) => job.key)).toEqual(['a', 'a', 'b'])
    expect(seen).toEqual([])
  })

  test('an ended session stops the run and loses nothing', async () => {
    await outbox.add(fact())
    script.steps = [new SignInNeeded()]
    await outbox.flush()
    expect(seen[0]).toMatchObject({ state: 'waiting', problem: null })
  })

  test('a passing refusal waits, the others go on', async () => {
    await outbox.add(fact({ key: 'a' }))
    clock += 1
    await outbox.add(fact({ key: 'b', resident_id: 'res-2' }))
    script.steps = [problem(503)]
    await outbox.flush()
    expect(script.sent.map((job) => job.key)).toEqual(['a', 'b'])
    expect(seen).toHaveLength(1)
    expect(seen[0]?.next_at).toBe(clock + pauseAfter(1))
    await outbox.flush()
    expect(script.sent).toHaveLength(2)
    clock += pauseAfter(1)
    await outbox.flush()
    expect(seen).toEqual([])
  })

  test('Retry-After is honoured when it is longer than our own pause', async () => {
    await outbox.add(fact())
    script.steps = [new ApiProblem(429, {}, 120)]
    await outbox.flush()
    expect(seen[0]?.next_at).toBe(clock + 120_000)
  })

  test('a later change of the same resident waits behind the first', async () => {
    await outbox.add(fact({ key: 'a' }))
    clock += 1
    await outbox.add(fact({ key: 'b', field: 'usual_language', value: 'ko' }))
    script.steps = [problem(503)]
    await outbox.flush()
    expect(script.sent.map((job) => job.key)).toEqual(['a'])
  })

  test('a later change of the same resident follows to the version the first one made', async () => {
    await outbox.add(fact({ key: 'a' }))
    clock += 1
    await outbox.add(fact({ key: 'b', field: 'usual_language', value: 'ko' }))
    script.steps = [4, 5]
    await outbox.flush()
    expect(script.sent.map((job) => (job.kind === 'fact' ? job.if_match : null))).toEqual([3, 4])
  })

  test('uploaded photos are not sent again after a cut', async () => {
    await outbox.add(whistle())
    script.steps = [
      async (keep, job) => {
        if (job.kind !== 'whistle') throw new Error('wrong job')
        const photos = job.photos.map((photo, at) => (at === 0 ? { ...photo, attachment_id: 'att-1' } : photo))
        await keep({ ...job, photos })
        throw new NoAnswer('cut')
      },
    ]
    await outbox.flush()
    await outbox.flush(true)
    const again = script.sent[1]
    expect(again?.kind === 'whistle' && again.photos.map((photo) => photo.attachment_id)).toEqual(['att-1', null])
    expect(again?.kind === 'whistle' && again.photos[0]?.bytes.byteLength).toBe(8)
  })

  test('two calls at once send each entry once', async () => {
    await outbox.add(fact())
    await Promise.all([outbox.flush(), outbox.flush(), outbox.flush()])
    expect(script.sent).toHaveLength(1)
  })

  test('what another person wrote on this phone stays and is not sent', async () => {
    await outbox.add(fact())
    owner = 'worker-2'
    await outbox.load()
    expect(seen).toEqual([])
    await outbox.flush(true)
    expect(script.sent).toEqual([])
    expect(await database.entries()).toHaveLength(1)
  })

  test('a new page finds what the last one left', async () => {
    await outbox.add(fact())
    const next = new Outbox(new Database(`test-${String(runs)}`), script, () => owner)
    await next.flush()
    expect(script.sent).toHaveLength(1)
  })
})

describe('reports and findings', () => {
  test('a report follows to the versions that what was written before it made', async () => {
    await outbox.add(fact({ key: 'a' }))
    clock += 1
    await outbox.add(resolve({ key: 'b' }))
    clock += 1
    await outbox.add(death({ key: 'c' }))
    script.steps = [4, 5]
    await outbox.flush()
    expect(script.sent.map((job) => writtenOn(job)['res-1'])).toEqual([3, 4, 5])
    expect(seen).toEqual([])
  })

  test('what is written after a report follows to the versions the report made', async () => {
    await outbox.add(death({ key: 'a', versions: { 'res-1': 3, 'res-2': 7 } }))
    clock += 1
    await outbox.add(fact({ key: 'b', resident_id: 'res-2', if_match: 7 }))
    script.steps = [{ 'res-1': 4, 'res-2': 8 }]
    await outbox.flush()
    expect(script.sent.map((job) => writtenOn(job)['res-2'])).toEqual([7, 8])
  })

  test('a report waits behind what was written before about the same person', async () => {
    await outbox.add(fact({ key: 'a' }))
    clock += 1
    await outbox.add(death({ key: 'b' }))
    script.steps = [problem(503)]
    await outbox.flush()
    expect(script.sent.map((job) => job.key)).toEqual(['a'])
  })

  test('a lost answer repeats key and body, whatever else was recorded meanwhile', async () => {
    const first = await outbox.add(fact({ key: 'a' }))
    clock += 1
    await outbox.add(death({ key: 'b' }))
    script.steps = [problem(422), new NoAnswer('cut')]
    await outbox.flush()
    await outbox.amend(first, fact({ value: '13800001111' }))
    script.steps = [4]
    await outbox.flush(true)
    const [, one, , two] = script.sent
    expect(two).toEqual(one)
  })

  test.each([412, 409, 422])('a report refused with %i is kept with the words of the server', async (status) => {
    await outbox.add(death())
    script.steps = [problem(status, 'version-is-stale')]
    await outbox.flush()
    expect(seen[0]).toMatchObject({ state: 'failed', problem: '不行\n原因', job: { key: 'key-l' } })
    await outbox.flush(true)
    expect(script.sent).toHaveLength(1)
  })
})

describe('refusals', () => {
  test('a permanent one is kept with the words of the server', async () => {
    await outbox.add(fact())
    script.steps = [problem(422)]
    await outbox.flush()
    expect(seen[0]).toMatchObject({ state: 'failed', problem: '不行\n原因' })
    await outbox.flush(true)
    expect(script.sent).toHaveLength(1)
  })

  test('a changed one goes out with a new key', async () => {
    const entry = await outbox.add(fact())
    script.steps = [problem(422)]
    await outbox.flush()
    await outbox.amend(entry, fact({ value: '13800001111' }))
    await outbox.flush()
    expect(script.sent[1]).toMatchObject({ value: '13800001111' })
    expect(script.sent[1]?.key).not.toBe('key-1')
    expect(seen).toEqual([])
  })

  test('a key still being worked on is no refusal', async () => {
    await outbox.add(fact())
    script.steps = [problem(409, 'idempotency-key-in-use')]
    await outbox.flush()
    expect(seen[0]?.state).toBe('waiting')
  })

  test('only the person throws away', async () => {
    const entry = await outbox.add(fact())
    script.steps = [problem(403)]
    await outbox.flush()
    await outbox.discard(entry)
    expect(await database.entries()).toEqual([])
  })
})

describe('a change made elsewhere', () => {
  test('is kept beside mine, and mine can be put on top', async () => {
    await outbox.add(fact())
    script.steps = [problem(412)]
    await outbox.flush()
    expect(seen[0]).toMatchObject({ state: 'conflict', theirs: { value: '137****0000', version: 9 } })
    const entry = seen[0]
    if (entry) await outbox.keepMine(entry)
    await outbox.flush()
    expect(script.sent[1]).toMatchObject({ if_match: 9, value: '13912345678' })
    expect(seen).toEqual([])
  })

  test('can be read later when the network went away in between', async () => {
    await outbox.add(fact())
    script.steps = [problem(412)]
    script.current = new NoAnswer('cut')
    await outbox.flush()
    expect(seen[0]).toMatchObject({ state: 'conflict', theirs: null })
    script.current = { value: '137****0000', version: 9 }
    const entry = seen[0]
    if (entry) await outbox.fillTheirs(entry)
    expect(seen[0]?.theirs).toEqual({ value: '137****0000', version: 9 })
  })
})

test('the pause doubles up to five minutes', () => {
  expect([1, 2, 3, 4].map(pauseAfter)).toEqual([5_000, 10_000, 20_000, 40_000])
  expect(pauseAfter(30)).toBe(300_000)
})

test('the copy of the register can be dropped without touching the outbox', async () => {
  await database.replaceHouseholds([{ id: 'home-1', address: '园辉路', members: [] }], '222406001001001', 5)
  await outbox.add(fact())
  await database.clearCache()
  expect(await database.households()).toEqual([])
  expect(await database.meta('fetched_at')).toBeUndefined()
  expect(await database.entries()).toHaveLength(1)
})
