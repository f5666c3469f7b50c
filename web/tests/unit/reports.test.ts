import type { Household, Member } from '@shared/api-types'
import { localDay } from '@shared/format'
import { describe, expect, test } from 'vitest'

import { type Draft, draftOf, emptyDraft, faultsOf, heirs, jobOf } from '../../field/src/store/reports'

const member = (id: string, relation: string, version = 1): Member => ({ id, version, name: `名${id}`, relation })
const HOME: Household = {
  id: 'home-1',
  address: '园辉路1号楼',
  members: [member('head', '0', 3), member('wife', '1', 4), member('son', '2', 5)],
}
const TODAY = '2026-11-25'

const draft = (kind: Draft['kind'], over: Partial<Draft> = {}): Draft => ({ ...emptyDraft(kind, TODAY), ...over })

test('the day is that of China, whatever the clock of the phone says', () => {
  expect(localDay(new Date('2026-11-24T16:30:00Z'))).toBe('2026-11-25')
  expect(localDay(new Date('2026-11-24T15:59:00Z'))).toBe('2026-11-24')
})

describe('what is sent', () => {
  test('of a death: who, on which version, and the surviving spouse', () => {
    const job = jobOf(draft('death', { people: ['head'] }), HOME, 'key')
    expect(job).toMatchObject({ key: 'key', household_id: 'home-1', names: '名head', versions: { head: 3 } })
    expect(job.report).toEqual({ kind: 'death', occurred_on: TODAY, people: ['head'], spouse_id: 'wife' })
  })

  test('of a birth: the parents, and the newborn on the day of the event', () => {
    const job = jobOf(draft('birth', { people: ['wife'], name: ' 金小明 ', sex: '1', registered: true }), HOME, 'key')
    expect(job.report).toEqual({
      kind: 'birth',
      occurred_on: TODAY,
      people: ['wife'],
      newcomers: [{ name: '金小明', sex: '1', born_on: TODAY }],
      registered: true,
    })
    expect(job.names).toBe('金小明')
  })

  test('of who moved in: the household joined, and a number only where one was typed', () => {
    const typed = draft('move_in', { name: '王强', sex: '1', number: '22999919900101001x', evidence: ' 租房合同 ' })
    expect(jobOf(typed, HOME, 'key').report).toEqual({
      kind: 'move_in',
      occurred_on: TODAY,
      people: [],
      newcomers: [
        { name: '王强', sex: '1', relation: '8', document: { kind: 'resident_id', number: '22999919900101001X' } },
      ],
      household_id: 'home-1',
      registered: false,
      evidence: '租房合同',
    })
  })

  test('of a whole household that left: everybody, and nobody follows as head', () => {
    const job = jobOf(draft('move_out', { people: ['head', 'wife', 'son'] }), HOME, 'key')
    expect(job.versions).toEqual({ head: 3, wife: 4, son: 5 })
    expect(job.report.new_head_id).toBeUndefined()
  })

  test('a refused report opens as it was typed', () => {
    const typed = draft('move_in', { name: '王强', sex: '1', number: '229999199001010017', relation: '2' })
    expect(draftOf(jobOf(typed, HOME, 'key'))).toMatchObject(typed)
  })
})

describe('who follows as head', () => {
  test('is asked only where the registry cannot know', () => {
    const [head, , son] = HOME.members
    const without = [head, son, member('other', '8')].filter((one) => one !== undefined)
    expect(heirs(draft('death', { people: ['head'] }), HOME.members)).toEqual([])
    expect(heirs(draft('death', { people: ['son'] }), HOME.members)).toEqual([])
    expect(heirs(draft('death', { people: ['head'] }), without).map((one) => one.id)).toEqual(['son', 'other'])
    expect(faultsOf(draft('death', { people: ['head'] }), without, TODAY)).toEqual(['new_head'])
  })
})

test.each<[Draft, string[]]>([
  [draft('move_in'), ['name']],
  [draft('move_in', { name: '王强', number: '123' }), ['number']],
  [draft('move_out'), ['people']],
  [draft('birth', { occurred_on: '2026-11-26', people: ['wife'], name: '明' }), ['day']],
  [draft('death', { occurred_on: '' }), ['day', 'people']],
])('what is missing is said before anything is kept (%#)', (typed, faults) => {
  expect(faultsOf(typed, HOME.members, TODAY)).toEqual(faults)
})
