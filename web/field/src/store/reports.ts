/** What a grid worker reports of a household, checked before it is kept. */

import type { Household, Member } from '@shared/api-types'

import type { LifeEventJob, Newcomer, Report, ReportKind } from './jobs'

const HEAD = '0'
const SPOUSE = '1'
const ID_NUMBER = /^\d{17}[\dX]$/

/** As it is typed on the page. */
export interface Draft {
  kind: ReportKind
  occurred_on: string
  people: string[]
  new_head_id: string
  name: string
  sex: string
  born_on: string
  relation: string
  number: string
  registered: boolean
  evidence: string
}

export type Fault = 'day' | 'people' | 'name' | 'number' | 'new_head'

export function emptyDraft(kind: ReportKind, today: string): Draft {
  return {
    kind, occurred_on: today, people: [], new_head_id: '', name: '', sex: '', born_on: '', relation: '8', number: '',
    registered: false, evidence: '',
  }
}

/** Members of whom one must follow as head; none where nobody need be named. */
export function heirs(draft: Draft, members: Member[]): Member[] {
  if (draft.kind !== 'death' && draft.kind !== 'move_out') return []
  const left = members.filter((member) => !draft.people.includes(member.id))
  const isHeadLeft = left.some((member) => member.relation === HEAD)
  const spouses = left.filter((member) => member.relation === SPOUSE)
  return isHeadLeft || left.length < 2 || spouses.length === 1 ? [] : left
}

export function faultsOf(draft: Draft, members: Member[], today: string): Fault[] {
  const hasNewcomer = draft.kind === 'birth' || draft.kind === 'move_in'
  const faults: [Fault, boolean][] = [
    ['day', !draft.occurred_on || draft.occurred_on > today],
    ['people', draft.kind !== 'move_in' && draft.people.length === 0],
    ['name', hasNewcomer && draft.name.trim() === ''],
    ['number', draft.kind === 'move_in' && draft.number !== '' && !ID_NUMBER.test(plain(draft.number))],
    ['new_head', heirs(draft, members).length > 0 && draft.new_head_id === ''],
  ]
  return faults.filter(([, isWrong]) => isWrong).map(([fault]) => fault)
}

/** The job that goes into the outbox; `key` stays with it over every repeat. */
export function jobOf(draft: Draft, household: Household, key: string): LifeEventJob {
  const { kind } = draft
  const chosen = household.members.filter((member) => kind !== 'move_in' && draft.people.includes(member.id))
  const hasNewcomer = kind === 'birth' || kind === 'move_in'
  const report: Report = {
    kind,
    occurred_on: draft.occurred_on,
    people: chosen.map((member) => member.id),
    ...(hasNewcomer ? { newcomers: [newcomer(draft)] } : {}),
    ...(kind === 'move_in' ? { household_id: household.id } : {}),
    ...(heirs(draft, household.members).length > 0 ? { new_head_id: draft.new_head_id } : {}),
    ...(kind === 'death' ? widowed(chosen, household.members) : { registered: draft.registered }),
    ...(draft.evidence.trim() ? { evidence: draft.evidence.trim() } : {}),
  }
  const names = hasNewcomer ? draft.name.trim() : chosen.map((member) => member.name).join('、')
  const versions = Object.fromEntries(chosen.map((member) => [member.id, member.version]))
  return { kind: 'life_event', key, household_id: household.id, names, report, versions }
}

/** What was typed, out of a job that was refused. */
export function draftOf({ report }: LifeEventJob): Draft {
  const { newcomers, ...typed } = report
  const { document, ...one } = newcomers?.[0] ?? {}
  const number = document?.number ?? ''
  return { ...emptyDraft(report.kind, report.occurred_on), ...typed, ...one, number }
}

/** Head and spouse of one household: the other is the survivor. Nobody else is guessed. */
function widowed(chosen: Member[], members: Member[]): { spouse_id?: string } {
  const couple = members.filter((member) => member.relation === HEAD || member.relation === SPOUSE)
  const survivor = couple.filter((member) => !chosen.includes(member))
  return couple.length === 2 && survivor.length === 1 && survivor[0] ? { spouse_id: survivor[0].id } : {}
}

function newcomer(draft: Draft): Newcomer {
  const isBorn = draft.kind === 'birth'
  return {
    name: draft.name.trim(),
    sex: draft.sex || '0',
    ...(isBorn ? { born_on: draft.occurred_on } : {}),
    ...(!isBorn && draft.born_on ? { born_on: draft.born_on } : {}),
    ...(!isBorn ? { relation: draft.relation } : {}),
    ...(!isBorn && draft.number ? { document: { kind: 'resident_id' as const, number: plain(draft.number) } } : {}),
  }
}

function plain(number: string): string {
  return number.replace(/\s/g, '').toUpperCase()
}
