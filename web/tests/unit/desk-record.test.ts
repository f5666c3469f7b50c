import { ApiProblem, type ProblemBody } from '@shared/problem'
import { localDay } from '@shared/format'
import { describe, expect, test } from 'vitest'

import { documentActs, documentBody, emptyDocument, isComplete } from '../../desk/src/domain/documents'
import { isCountable, kindsWithin, mayAppoint, placesOf } from '../../desk/src/domain/posts'
import { emptyRegistration, isRegistrationComplete, mayCorrectRegistration, registrationPatch } from '../../desk/src/domain/registration'
import { type Dictionary, faultsByField, refusalWords } from '../../desk/src/domain/refusals'
import ko from '../../desk/src/messages/ko'
import zh from '../../desk/src/messages/zh-CN'

type Tree = Record<string, unknown>

const words = (tree: Tree): Dictionary => {
  const find = (key: string): unknown => key.split('.').reduce<unknown>((at, part) => (at as Tree | undefined)?.[part], tree)
  return {
    te: (key) => typeof find(key) === 'string',
    t: (key, values = {}) => String(find(key)).replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name])),
  }
}
const refusal = (body: ProblemBody): ApiProblem => new ApiProblem(body.status ?? 422, body)

describe('refusals in the language of the reader', () => {
  test('a fault said in English is told by its code, at its place', () => {
    const problem = refusal({
      title: '提交的内容有误',
      detail: 'A telephone number of the mainland is expected.',
      errors: [{ pointer: '/phone', code: 'phone', detail: 'A telephone number of the mainland is expected.' }],
    })
    expect(refusalWords(problem, 'zh-CN', words(zh))).toBe('提交的内容有误\n电话：电话号码有误，应为 11 位手机号或带区号的固定电话。')
    expect(faultsByField(problem, 'ko', words(ko))['phone']).toContain('전화번호가 틀렸습니다')
  })

  test('what the services say in the language shown stays as they said it', () => {
    const errors = [{ pointer: '/funding/source', code: 'required', detail: '请写明经费来源。' }]
    expect(refusalWords(refusal({ title: '提交的内容有误', errors }), 'zh-CN', words(zh))).toBe('提交的内容有误\n来源：请写明经费来源。')
    expect(refusalWords(refusal({ title: '입력한 내용이 올바르지 않습니다', errors }), 'ko', words(ko))).toContain('출처: 이 항목을 쓰십시오.')
  })

  test('English prose under a translated heading is left out; what tells of the case is not', () => {
    const narrow = { title: '导出范围过大', detail: "Narrow the export: to a community, or by a filter, or to your own domain's fields." }
    expect(refusalWords(refusal(narrow), 'zh-CN', words(zh))).toBe('导出范围过大')
    const fields = { title: '无权采集', detail: 'Not yours to record: ethnic, phone.' }
    expect(refusalWords(refusal(fields), 'zh-CN', words(zh))).toBe('无权采集\nethnic、phone')
    const first = [{ pointer: '/changes', code: 'nobody-first', detail: 'No domain has rank 1 for: family_doctor.' }]
    const named = { ...words(zh), field: (code: string) => (code === 'family_doctor' ? '签约医生' : code) }
    expect(refusalWords(refusal({ title: '提交的内容有误', errors: first }), 'zh-CN', named)).toContain('改动：每个字段要有一个部门排第一。 签约医生')
    const known = { title: '该人口事件与登记状态不符', detail: 'A spouse is too young to marry.' }
    expect(refusalWords(refusal(known), 'zh-CN', words(zh))).toContain('未到法定婚龄')
  })

  test('an event that others build upon names the one in the way', () => {
    const body = { title: '不能撤销', event: 'e-2', kind: 'marriage' } as ProblemBody
    expect(refusalWords(refusal(body), 'zh-CN', words(zh))).toBe('不能撤销\n后来登记的事件：结婚')
  })
})

describe('documents', () => {
  const who = { sub: 's', name: 'n', org: 'o', areas: [], domains: [] as string[] }

  test('public security does everything, those at the door only add', () => {
    expect(documentActs({ ...who, roles: ['department_officer'], domains: ['public_security'] })).toEqual(['add', 'end', 'correct'])
    expect(documentActs({ ...who, roles: ['community_officer'] })).toEqual(['add'])
    expect(documentActs({ ...who, roles: ['department_officer'], domains: ['health'] })).toEqual([])
  })

  test('each act sends what it needs and nothing else', () => {
    const form = { ...emptyDocument(), number: ' E1 ', reason: '遗失', expiresOn: '2030-01-01' }
    expect(documentBody('add', form)).toEqual({ kind: 'resident_id', number: 'E1', expires_on: '2030-01-01', primary: false })
    expect(documentBody('end', form)).toEqual({ reason: '遗失' })
    expect(documentBody('correct', form)).toEqual({ number: 'E1', reason: '遗失' })
    expect(isComplete('correct', { ...form, reason: ' ' })).toBe(false)
  })
})

describe('registration', () => {
  const officer = { sub: 's', name: 'n', org: 'o', areas: [], roles: ['department_officer' as const], domains: ['public_security'] }

  test('only what was filled in is sent, and nothing is sent for nothing', () => {
    expect(isRegistrationComplete(emptyRegistration())).toBe(false)
    expect(registrationPatch({ ...emptyRegistration(), area: ' 222406 ', since: '2024-05-01' })).toEqual({ registered_area: '222406', registered_on: '2024-05-01' })
    expect(registrationPatch({ ...emptyRegistration(), household: 'none', relation: '3' })).toEqual({ registered_household_id: null })
    expect(isRegistrationComplete({ ...emptyRegistration(), household: 'other', relation: '3' })).toBe(false)
  })

  test('departments that read it may speak, offices at the door may not', () => {
    expect(mayCorrectRegistration(officer)).toBe(true)
    expect(mayCorrectRegistration({ ...officer, domains: ['culture'] })).toBe(false)
    expect(mayCorrectRegistration({ ...officer, roles: ['community_officer'] })).toBe(false)
  })
})

describe('posts', () => {
  const area = (code: string): { code: string; level: string; name: string; parent: null; urban: boolean } => ({ code, level: 'grid', name: code, parent: null, urban: true })
  const post = (code: string): Parameters<typeof placesOf>[1][number] => ({
    id: code, version: 1, area: code, post: 'grid_head', seat: null, holder: '金', phone: null, valid_from: '2020-01-01', valid_to: null,
  })

  test('a place that nobody holds is vacant', () => {
    const places = placesOf([area('222406001001001'), area('222406001001002')], [post('222406001001002')])
    expect(places.map((place) => [place.area, place.post?.holder ?? null])).toEqual([
      ['222406001001001', null],
      ['222406001001002', '金'],
    ])
  })

  test('who appoints and what is counted follow the level', () => {
    expect(mayAppoint('street_chief', ['street_officer'])).toBe(false)
    expect(mayAppoint('grid_head', ['community_officer'])).toBe(true)
    expect(kindsWithin('222406001001')).not.toContain('street_chief')
    expect(isCountable('building_chief', '222406')).toBe(false)
    expect(isCountable('building_chief', '222406001001')).toBe(true)
  })
})

test('the day is that of this prefecture, also between midnight and eight', () => {
  expect(localDay(new Date('2026-11-24T17:00:00Z'))).toBe('2026-11-25')
})
