import type { CatalogueField, HouseholdInTime, HouseholdMember, Resident, Verification } from '@shared/api-registry'
import type { Profile, Role } from '@shared/api-types'
import { describe, expect, test } from 'vitest'

import { changeOf, emptyChange, gapsOf } from '../../desk/src/domain/area-changes'
import { ancestorAt, childLevel, dwellingName, levelOf, parentOf } from '../../desk/src/domain/areas'
import { findingOf, isMasked, mayDecide, mayResolve, valueFrom } from '../../desk/src/domain/checks'
import { groupsOf, isReadable, isStale, joined, valueOf, valueText } from '../../desk/src/domain/fields'
import { emptyEvent, gapsOf as gapsOfEvent, needsNewHead, reportable, reportOf, shapeOf } from '../../desk/src/domain/life-events'
import { cellsOf, changesOf } from '../../desk/src/domain/matrix'
import { may, sectionsOf } from '../../desk/src/domain/menus'
import { emptySearch, filterOf, opsOf, searchable } from '../../desk/src/domain/search'

const field = (code: string, more: Partial<CatalogueField> = {}): CatalogueField => ({
  code,
  name_zh: code,
  type: 'text',
  code_set: null,
  owner: 'health',
  readers: [],
  sensitivity: 'personal',
  freshness_days: null,
  legal_basis: '',
  collected_by: 'department',
  ...more,
})

const who = (role: Role, domains: string[] = []): Profile => ({ sub: 's', name: 'n', org: 'o', roles: [role], areas: ['222406'], domains })

describe('what a person may read', () => {
  const sensitive = field('chronic_disease', { sensitivity: 'sensitive' })

  test('departments by owner and reader, area roles nothing sensitive', () => {
    expect(isReadable(sensitive, who('department_officer', ['health']))).toBe(true)
    expect(isReadable(sensitive, who('department_officer', ['housing']))).toBe(false)
    expect(isReadable(field('x', { readers: ['housing'] }), who('department_officer', ['housing']))).toBe(true)
    expect(isReadable(sensitive, who('community_officer'))).toBe(false)
    expect(isReadable(field('x'), who('resident_desk'))).toBe(true)
    expect(isReadable(field('x'), who('secretariat'))).toBe(false)
  })

  test('fields stand under the domain that owns them, the core apart, and empty groups are left out', () => {
    const found = groupsOf([field('name', { owner: 'public_security' }), field('y', { owner: 'housing' }), sensitive], who('community_officer'))
    expect(found.map((group) => [group.code, group.fields.map((item) => item.code)])).toEqual([['core', ['name']], ['housing', ['y']]])
  })
})

test('a value is stale the day after its time, and what does not age never is', () => {
  const yearly = field('x', { freshness_days: 365 })
  expect(isStale(yearly, '2025-11-24', '2026-11-24')).toBe(false)
  expect(isStale(yearly, '2025-11-23', '2026-11-24')).toBe(true)
  expect(isStale(field('x'), '1990-01-01', '2026-11-24')).toBe(false)
  expect(isStale(yearly, null, '2026-11-24')).toBe(false)
})

test('values are words: codes, yes and no, numbers of documents', () => {
  const sets = new Map([['sex', { code: 'sex', name_zh: '性别', values: [{ code: '1', name_zh: '男', name_ko: '남' }] }]])
  const words = { yes: '是', no: '否', none: '—', document: (kind: string) => `<${kind}>` }
  const text = (more: Partial<CatalogueField>, value: unknown, locale = 'zh-CN'): string => valueText(field('f', more), value, sets, locale, words)
  expect(text({ type: 'code', code_set: 'sex' }, '1')).toBe('男')
  expect(text({ type: 'code', code_set: 'sex' }, '1', 'ko')).toBe('남')
  expect(text({ type: 'code', code_set: 'sex' }, '7')).toBe('7')
  expect(text({ type: 'boolean' }, false)).toBe('否')
  expect(text({}, null)).toBe('—')
  expect(text({ type: 'document' }, { kind: 'passport', number: 'E1****9' })).toBe('<passport> E1****9')
})

test('what is read of a resident group by group is put together', () => {
  const one: Resident = { id: 'r', county: 'c', version: 1, name: '金', facts: { a: null }, disputed: ['a'] }
  const two: Resident = { id: 'r', county: 'c', version: 2, facts: { b: { value: 1, source: 'baseline', domain: null, observed_on: '2026-01-01' } } }
  const both = joined(one, two)
  expect(both).toMatchObject({ version: 2, name: '金', disputed: ['a'] })
  expect(valueOf(both, 'b')).toBe(1)
  expect(valueOf(both, 'name')).toBe('金')
  expect(valueOf(both, 'a')).toBe(null)
})

describe('a search', () => {
  test('says only what was filled in', () => {
    expect(filterOf(emptySearch('222406'), [])).toEqual({ within: '222406' })
    const form = { ...emptySearch('222406'), name: ' 金哲 ', phone: '138 0000-0000', living: 'both' as const }
    expect(filterOf(form, [])).toEqual({ within: '222406', name: '金哲', phone: '13800000000', living: null })
    expect(filterOf({ ...form, living: 'no' }, []).living).toBe(false)
  })

  test('conditions carry values of the type of their field', () => {
    const catalogue = [field('n', { type: 'integer' }), field('b', { type: 'boolean' }), field('c', { type: 'code' })]
    const where = [
      { field: 'n', op: 'ge' as const, text: '2' },
      { field: 'b', op: 'eq' as const, text: 'true' },
      { field: 'c', op: 'in' as const, text: 'x，y, z' },
      { field: 'c', op: 'missing' as const, text: 'old' },
      { field: 'c', op: 'eq' as const, text: '  ' },
    ]
    expect(filterOf({ ...emptySearch('1'), where }, catalogue).where).toEqual([
      { field: 'n', op: 'ge', value: 2 },
      { field: 'b', op: 'eq', value: true },
      { field: 'c', op: 'in', value: ['x', 'y', 'z'] },
      { field: 'c', op: 'missing' },
    ])
  })

  test('a sensitive field is compared only for equality, and only by its owner', () => {
    const sealed = field('chronic_disease', { type: 'code', sensitivity: 'sensitive', freshness_days: 365 })
    expect(opsOf(sealed)).toEqual(['eq', 'in'])
    expect(searchable(sealed, ['health'])).toBe(true)
    expect(searchable(sealed, ['housing'])).toBe(false)
    expect(searchable(field('ethnic'), ['health'])).toBe(false)
    expect(opsOf(field('d', { type: 'date' }))).toEqual(['eq', 'in', 'ge', 'le', 'missing'])
  })
})

describe('codes of areas', () => {
  test('tell level, parent and place', () => {
    expect(levelOf('222406001001')).toBe('community')
    expect(levelOf('2224060')).toBe(null)
    expect(childLevel('222406001001001')).toBe('building')
    expect(childLevel('22240600100100100001010101')).toBe(null)
    expect(parentOf('222406001')).toBe('222406')
    expect(parentOf('2224')).toBe(null)
    expect(ancestorAt('222406001001', 'street')).toBe('222406001')
    expect(dwellingName('22240600100100100001020303')).toEqual({ building: '22240600100100100001', unit: '2', room: '303' })
  })
})

describe('a change of areas', () => {
  test('a rename keeps the code and needs a name and a document', () => {
    const form = emptyChange('rename', '222406001001', '2026-11-24')
    expect(gapsOf(form)).toEqual(['document', 'name'])
    form.document = ' 和政函〔2026〕12号 '
    form.new[0] = { code: '222406001001', name: '新名', name_ko: '', name_en: '' }
    expect(gapsOf(form)).toEqual([])
    expect(changeOf(form)).toEqual({
      kind: 'rename',
      effective_on: '2026-11-24',
      document: '和政函〔2026〕12号',
      old: ['222406001001'],
      new: [{ code: '222406001001', name: '新名' }],
    })
  })

  test('a split says where each part goes, a merge takes two', () => {
    const split = { ...emptyChange('split', '222406001001', '2026-11-24'), document: 'd' }
    split.new[1] = { code: '222406001005', name: '新社区', name_ko: '', name_en: '' }
    expect(gapsOf(split)).toEqual(['assignment'])
    split.assignment = { '222406001001001': '222406001001', '222406001001002': '222406001005' }
    expect(gapsOf(split)).toEqual([])
    expect(gapsOf({ ...emptyChange('merge', '222406001001', '2026-11-24'), document: 'd' })).toContain('old')
  })
})

test('menus and buttons follow the role', () => {
  expect(sectionsOf(['resident_desk']).map((section) => section.code)).toEqual(['record', 'rules'])
  expect(may('access_log', ['resident_desk'])).toBe(true)
  expect(may('access_log', ['department_officer'])).toBe(false)
  expect(may('change_area', ['secretariat'])).toBe(true)
})

describe('a life event beside a household', () => {
  const member = (id: string): HouseholdMember => ({
    id,
    version: 4,
    name: id,
    name_ko: null,
    sex: '1',
    born_on: null,
    relation: null,
    dwelling: null,
    phone: null,
    from: '2020-01-01',
    to: null,
  })
  const home: HouseholdInTime = {
    id: 'home',
    county: '222406',
    version: 7,
    number: null,
    kind: null,
    dwelling: null,
    address: 'a',
    head_id: 'a',
    valid_from: '2020-01-01',
    valid_to: null,
    on: null,
    members: [member('a'), member('b')],
    registered: [],
    dwellings: [],
    heads: [],
  }

  test('a birth names a parent and the newborn, and the versions of what was read', () => {
    const form = emptyEvent('birth', '2026-11-24')
    expect(gapsOfEvent(form, home)).toEqual(['people', 'newcomer'])
    form.people = ['b']
    form.newcomer = { ...form.newcomer, name: ' 金小明 ', sex: '1' }
    expect(gapsOfEvent(form, home)).toEqual([])
    expect(reportOf(form, home)).toEqual({
      kind: 'birth',
      occurred_on: '2026-11-24',
      people: ['b'],
      newcomers: [{ name: '金小明', sex: '1' }],
      household_id: 'home',
      versions: { home: 7, b: 4 },
    })
  })

  test('a head that leaves is followed by somebody', () => {
    const form = { ...emptyEvent('death', '2026-11-24'), people: ['a'] }
    expect(needsNewHead(form, home)).toBe(true)
    expect(gapsOfEvent(form, home)).toEqual(['new_head'])
    expect(reportOf({ ...form, newHead: 'b', spouse: 'b' }, home)).toMatchObject({ people: ['a'], new_head_id: 'b', spouse_id: 'b', versions: { a: 4, b: 4 } })
    expect(needsNewHead({ ...form, people: ['a', 'b'] }, home)).toBe(false)
  })

  test('who moves in is found or registered; a merge names the other household', () => {
    const outsider = { id: 'x', version: 2, name: '李', householdId: 'other' }
    const moving = { ...emptyEvent('move_in', '2026-11-24'), outsider, relation: '5' }
    expect(reportOf(moving, home)).toMatchObject({ people: ['x'], household_id: 'home', relations: { x: '5' }, versions: { x: 2 } })
    expect(gapsOfEvent({ ...moving, outsider: null }, home)).toEqual(['outsider'])
    expect(shapeOf({ ...moving, isNewcomer: true })).toMatchObject({ outsider: 'no', newcomer: 'must' })
    const merging = reportOf({ ...emptyEvent('merge', '2026-11-24'), outsider }, home)
    expect(merging).toMatchObject({ other_id: 'other', household_id: 'home' })
    expect(merging).not.toHaveProperty('people')
  })

  test('a household that moves as a whole names no people; a split names its head', () => {
    const dwelling = '22240600100100100001010101'
    const whole = { ...emptyEvent('move_within', '2026-11-24'), dwelling }
    expect(reportOf(whole, home)).toMatchObject({ household_id: 'home', dwelling, versions: { home: 7, a: 4, b: 4 } })
    expect(gapsOfEvent({ ...whole, dwelling: '222406' }, home)).toEqual(['dwelling'])
    expect(reportOf({ ...emptyEvent('split', '2026-11-24'), people: ['b'], dwelling: '222406001' }, home)).toEqual({
      kind: 'split',
      occurred_on: '2026-11-24',
      people: ['b'],
      head_id: 'b',
      versions: { home: 7, b: 4 },
    })
  })

  test('kinds follow role and domain', () => {
    expect(reportable(who('grid_worker'))).toHaveLength(10)
    expect(reportable(who('department_officer', ['family_planning']))).toEqual(['birth', 'marriage', 'divorce'])
    expect(reportable(who('department_officer', ['health']))).toEqual([])
    expect(reportable(who('county_officer'))).toEqual([])
  })
})

describe('contradictions', () => {
  const verification = { claimed: { value: 'rented' } } as Verification

  test('what was found is a confirmation or a value', () => {
    expect(findingOf('shown', verification, null, ' ')).toEqual({ confirm: true })
    expect(findingOf('claimed', verification, null, '看过合同')).toEqual({ value: 'rented', note: '看过合同' })
    expect(findingOf('other', verification, 'owned', '')).toEqual({ value: 'owned' })
    expect(valueFrom(field('n', { type: 'integer' }), '3')).toBe(3)
    expect(valueFrom(field('b', { type: 'boolean' }), 'false')).toBe(false)
    expect(valueFrom(undefined, ' ')).toBe(null)
    expect(isMasked('154****5784')).toBe(true)
  })

  test('collectors resolve what they collect, owners decide', () => {
    const collected = field('x', { collected_by: 'grid_worker' })
    expect(mayResolve(collected, who('grid_worker'))).toBe(true)
    expect(mayResolve(field('y'), who('grid_worker'))).toBe(false)
    expect(mayDecide(collected, who('department_officer', ['health']))).toBe(true)
    expect(mayDecide(collected, who('department_officer', ['housing']))).toBe(false)
  })
})

test('a draft of the matrix tells only what is different', () => {
  const base = cellsOf([{ field: 'f', domain: 'health', rank: 1, max_age_days: 30 }])
  expect(changesOf(base, new Map([['f/health', 1]]))).toEqual([])
  expect(changesOf(base, new Map([['f/health', 2], ['f/housing', 1]]))).toEqual([
    { field: 'f', domain: 'health', rank: 2, max_age_days: 30 },
    { field: 'f', domain: 'housing', rank: 1, max_age_days: null },
  ])
})
