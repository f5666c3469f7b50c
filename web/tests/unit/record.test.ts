import type { CatalogueField, Resident } from '@shared/api-registry'
import type { Profile, Role } from '@shared/api-types'
import { describe, expect, test } from 'vitest'

import { changeOf, emptyChange, gapsOf } from '../../desk/src/domain/area-changes'
import { ancestorAt, childLevel, dwellingName, levelOf, parentOf } from '../../desk/src/domain/areas'
import { groupsOf, isReadable, isStale, joined, valueOf, valueText } from '../../desk/src/domain/fields'
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
  expect(sectionsOf(['resident_desk']).map((section) => section.code)).toEqual(['record'])
  expect(may('access_log', ['resident_desk'])).toBe(true)
  expect(may('access_log', ['department_officer'])).toBe(false)
  expect(may('change_area', ['secretariat'])).toBe(true)
})
