/** A life event as a person fills it in beside a household, and as the registry takes it. */

import type { HouseholdInTime } from '@shared/api-registry'
import type { Profile } from '@shared/api-types'

import { levelOf } from './areas'

export const KINDS = [
  'birth',
  'death',
  'marriage',
  'divorce',
  'move_in',
  'move_out',
  'move_within',
  'split',
  'merge',
  'head_change',
] as const
export type LifeEventKind = (typeof KINDS)[number]

const OFFICES = ['grid_worker', 'community_officer', 'street_officer']
const OF_DOMAIN: Record<string, readonly LifeEventKind[]> = {
  public_security: KINDS,
  family_planning: ['birth', 'marriage', 'divorce'],
}

/** Kinds somebody may report; the registry has the last word. */
export function reportable(who: Profile): LifeEventKind[] {
  if (who.roles.some((role) => OFFICES.includes(role))) return [...KINDS]
  if (!who.roles.includes('department_officer')) return []
  return KINDS.filter((kind) => who.domains.some((domain) => OF_DOMAIN[domain]?.includes(kind)))
}

/** Whether somebody may look at life events of any kind. */
export function seesLifeEvents(who: Profile | null): boolean {
  return who !== null && (reportable(who).length > 0 || who.roles.some((role) => role === 'county_officer' || role === 'resident_desk'))
}

/** Somebody found outside the household. */
export interface Outsider {
  id: string
  version: number
  name: string
  householdId: string | null
  householdVersion?: number
}

export interface LifeEventForm {
  kind: LifeEventKind
  occurredOn: string
  people: string[]
  outsider: Outsider | null
  /** Somebody without a record: the newborn, or who moves in. */
  newcomer: { name: string; nameKo: string; sex: string; bornOn: string; documentNumber: string }
  isNewcomer: boolean
  relation: string
  spouse: string
  newHead: string
  /** Move within: the whole household, not some of its members. */
  isWhole: boolean
  /** Who marries or divorces also moves. */
  isMoving: boolean
  dwelling: string
  isRegistered: boolean
  evidence: string
}

export function emptyEvent(kind: LifeEventKind, today: string): LifeEventForm {
  return {
    kind,
    occurredOn: today,
    people: [],
    outsider: null,
    newcomer: { name: '', nameKo: '', sex: '', bornOn: '', documentNumber: '' },
    isNewcomer: kind === 'birth',
    relation: '',
    spouse: '',
    newHead: '',
    isWhole: kind === 'move_within',
    isMoving: kind === 'marriage',
    dwelling: '',
    isRegistered: false,
    evidence: '',
  }
}

export interface Shape {
  /** How many members are chosen: least and most. */
  people: [number, number]
  outsider: 'no' | 'may' | 'must'
  newcomer: 'no' | 'may' | 'must'
  dwelling: 'no' | 'may' | 'must'
}

const MANY = 50

/** What a kind asks for, given what was answered so far. */
export function shapeOf(form: LifeEventForm): Shape {
  const none: Shape = { people: [0, 0], outsider: 'no', newcomer: 'no', dwelling: 'no' }
  const shapes: Record<LifeEventKind, Shape> = {
    birth: { ...none, people: [1, 2], newcomer: 'must' },
    death: { ...none, people: [1, 1] },
    marriage: form.outsider ? { ...none, people: [1, 1], outsider: 'may' } : { ...none, people: [2, 2], outsider: 'may' },
    divorce: { ...none, people: [2, 2], dwelling: form.isMoving ? 'must' : 'no' },
    move_in: { ...none, outsider: form.isNewcomer ? 'no' : 'must', newcomer: form.isNewcomer ? 'must' : 'no' },
    move_out: { ...none, people: [1, MANY] },
    move_within: { ...none, people: form.isWhole ? [0, 0] : [1, MANY], dwelling: 'must' },
    split: { ...none, people: [1, MANY], dwelling: 'may' },
    merge: { ...none, outsider: 'must' },
    head_change: { ...none, people: [1, 1] },
  }
  return shapes[form.kind]
}

/** Whether the head leaves and others stay, so that somebody must follow. */
export function needsNewHead(form: LifeEventForm, household: HouseholdInTime): boolean {
  if (!['death', 'move_out', 'split', 'move_within'].includes(form.kind)) return false
  if (form.kind === 'move_within' && form.isWhole) return false
  const isHeadGoing = household.head_id !== null && form.people.includes(household.head_id)
  return isHeadGoing && household.members.length > form.people.length
}

/** A street or building that was picked on the way is no place to live. */
const isDwelling = (code: string): boolean => levelOf(code) === 'dwelling'

type Check = (form: LifeEventForm, household: HouseholdInTime, shape: Shape) => boolean

const CHECKS: Record<string, Check> = {
  occurred_on: (form) => form.occurredOn !== '',
  people: (form, _household, shape) => form.people.length >= shape.people[0] && form.people.length <= shape.people[1],
  outsider: (form, _household, shape) => shape.outsider !== 'must' || form.outsider !== null,
  newcomer: (form, _household, shape) => shape.newcomer !== 'must' || (form.newcomer.name.trim() !== '' && form.newcomer.sex !== ''),
  dwelling: (form, _household, shape) => shape.dwelling !== 'must' || isDwelling(form.dwelling),
  new_head: (form, household) => !needsNewHead(form, household) || form.newHead !== '',
}

/** Names of what is still missing. */
export function gapsOf(form: LifeEventForm, household: HouseholdInTime): string[] {
  const shape = shapeOf(form)
  return Object.entries(CHECKS)
    .filter(([, isRight]) => !isRight(form, household, shape))
    .map(([name]) => name)
}

const given = <T>(name: string, value: T | '' | null | undefined): Record<string, T> =>
  value === '' || value === null || value === undefined ? {} : { [name]: value }

function newcomerOf(form: LifeEventForm): Record<string, unknown> {
  const { newcomer } = form
  const number = newcomer.documentNumber.trim()
  return {
    name: newcomer.name.trim(),
    sex: newcomer.sex,
    ...given('name_ko', newcomer.nameKo.trim()),
    ...(form.kind === 'birth' ? {} : given('born_on', newcomer.bornOn)),
    ...(number ? { document: { kind: 'resident_id', number } } : {}),
    ...given('relation', form.relation),
  }
}

/** Versions of all that was read, so that nothing is recorded on top of what nobody saw. */
function versionsOf(form: LifeEventForm, household: HouseholdInTime): Record<string, number> {
  const named = new Set([...form.people, form.spouse, form.newHead])
  const members = household.members.filter((member) => named.has(member.id) || form.isWhole)
  return {
    [household.id]: household.version,
    ...Object.fromEntries(members.map((member) => [member.id, member.version])),
    ...(form.outsider ? { [form.outsider.id]: form.outsider.version } : {}),
  }
}

function peopleOf(form: LifeEventForm): string[] {
  const isNamed = form.outsider !== null && (form.kind === 'marriage' || form.kind === 'move_in')
  return isNamed && form.outsider ? [...form.people, form.outsider.id] : form.people
}

const when = (isSo: boolean, members: Record<string, unknown>): Record<string, unknown> => (isSo ? members : {})

/** Whether it happens at this household, or people leave it. */
const HERE: Partial<Record<LifeEventKind, (form: LifeEventForm) => boolean>> = {
  birth: () => true,
  move_in: () => true,
  merge: () => true,
  head_change: () => true,
  marriage: (form) => form.isMoving,
  move_within: (form) => form.isWhole,
}

function placeOf(form: LifeEventForm, household: HouseholdInTime, shape: Shape): Record<string, unknown> {
  const isHere = HERE[form.kind]?.(form) ?? false
  const dwelling = shape.dwelling !== 'no' && isDwelling(form.dwelling) ? form.dwelling : ''
  const isFounding = !isHere && (form.kind === 'split' || dwelling !== '')
  return {
    ...when(isHere, { household_id: household.id }),
    ...given('dwelling', dwelling),
    ...when(isFounding, given('head_id', form.people[0])),
  }
}

/** What only some kinds tell. */
function particulars(form: LifeEventForm, household: HouseholdInTime): Record<string, unknown> {
  const { outsider, relation } = form
  return {
    ...when(form.kind === 'merge', given('other_id', outsider?.householdId)),
    ...when(form.kind === 'death', given('spouse_id', form.spouse)),
    ...when(form.kind === 'move_in' && outsider !== null && relation !== '', { relations: { [outsider?.id ?? '']: relation } }),
    ...when(needsNewHead(form, household), given('new_head_id', form.newHead)),
    ...when(form.isRegistered, { registered: true }),
  }
}

/** The report of the interface; what is empty is left out. */
export function reportOf(form: LifeEventForm, household: HouseholdInTime): Record<string, unknown> {
  const shape = shapeOf(form)
  const people = peopleOf(form)
  return {
    kind: form.kind,
    occurred_on: form.occurredOn,
    ...when(people.length > 0, { people }),
    ...when(shape.newcomer === 'must', { newcomers: [newcomerOf(form)] }),
    ...placeOf(form, household, shape),
    ...particulars(form, household),
    versions: versionsOf(form, household),
    ...given('evidence', form.evidence.trim()),
  }
}
