import type { AdmissionItem, Profile, Role, Whistle, WhistleLeg } from '@shared/api-types'
import { fitted } from '@shared/photo'
import { describe, expect, test } from 'vitest'

import { applicationOf, emptyApplication, gaps, itemOf, patchOf } from '../../desk/src/domain/application'
import { permittedItemActions } from '../../desk/src/domain/item-actions'
import { homeOf, menusOf } from '../../desk/src/domain/menus'
import { pathOf, permittedActions } from '../../desk/src/domain/whistle-actions'
import { decisionBody, isDecisionComplete } from '../../desk/src/domain/item-bodies'
import { bodyOf, emptyForm, isComplete } from '../../desk/src/domain/whistle-bodies'
import { matching, ownGrid } from '../../field/src/store/search'
import { households } from '../mock/people'
import { admissionItem, whistle } from '../mock/state'

const who = (role: Role, org = '222406001'): Profile => ({
  sub: 's',
  name: 'n',
  org,
  roles: [role],
  areas: ['222406001'],
  domains: [],
})

function withLeg(state: Whistle['state'], leg: WhistleLeg['state']): Whistle {
  const made = whistle('w', state, 't')
  return { ...made, legs: made.legs.map((item) => ({ ...item, state: leg })) }
}

describe('buttons of a whistle', () => {
  test('the street leads it from blowing to closing', () => {
    const street = who('street_officer')
    const found = (['reported', 'blown', 'dispatched', 'result_submitted', 'verified', 'rated', 'closed'] as const).map(
      (state) => permittedActions(whistle('w', state, 't'), street),
    )
    expect(found).toEqual([['blow', 'decline'], ['dispatch'], [], ['verify'], ['rate'], ['close'], []])
  })

  test('a department acts on its own leg only, in order', () => {
    const own = who('department_officer', '222406.housing')
    expect(permittedActions(withLeg('dispatched', 'dispatched'), own)).toEqual(['sign'])
    expect(permittedActions(withLeg('handling', 'signed'), own)).toEqual(['arrive'])
    expect(permittedActions(withLeg('handling', 'arrived'), own)).toEqual(['result'])
    expect(permittedActions(withLeg('handling', 'arrived'), who('department_officer', '222406.health'))).toEqual([])
  })

  test('another street sees and does not act; the reporter verifies and rates', () => {
    expect(permittedActions(whistle('w', 'reported', 't'), who('street_officer', '222406002'))).toEqual([])
    const reporter = { ...who('grid_worker', '222406001001'), sub: 'sub-grid' }
    expect(permittedActions(whistle('w', 'result_submitted', 't'), reporter)).toEqual(['verify'])
    expect(permittedActions(whistle('w', 'verified', 't'), reporter)).toEqual(['rate'])
    expect(permittedActions(whistle('w', 'rated', 't'), reporter)).toEqual([])
  })

  test('to decline is to close what was never blown', () => {
    expect(pathOf('decline')).toBe('close')
    expect(isComplete('decline', emptyForm())).toBe(false)
  })

  test('a department never verifies, rates or closes', () => {
    const own = who('department_officer', '222406.housing')
    for (const state of ['result_submitted', 'verified', 'rated'] as const) {
      expect(permittedActions(whistle('w', state, 't'), own)).toEqual([])
    }
  })
})

test('a dispatch carries only the limits that were written, and the lead once', () => {
  const form = { ...emptyForm(), lead: 'a', coHandlers: ['a', 'b'], signHours: '0.5', closeHours: 'x' }
  expect(bodyOf('dispatch', form)).toEqual({ lead: 'a', co_handlers: ['b'], sign_within_s: 1800 })
  expect(isComplete('dispatch', emptyForm())).toBe(false)
  expect(isComplete('blow', emptyForm())).toBe(false)
  expect(isComplete('close', emptyForm())).toBe(true)
})

describe('admission', () => {
  test('each step belongs to one role', () => {
    const item = (state: string): AdmissionItem => ({ ...admissionItem('i', state, 't'), organisation: '222406001' })
    expect(permittedItemActions(item('draft'), who('department_officer'))).toEqual(['submit'])
    expect(permittedItemActions(item('submitted'), who('secretariat'))).toEqual(['review'])
    expect(permittedItemActions(item('reviewed'), who('approver'))).toEqual(['decide'])
    expect(permittedItemActions(item('approved'), who('finance_officer'))).toEqual(['payments'])
    expect(permittedItemActions(item('active'), who('approver'))).toEqual(['revoke'])
    expect(permittedItemActions(item('draft'), who('department_officer', '222406.health'))).toEqual([])
    expect(permittedItemActions(item('reviewed'), who('secretariat'))).toEqual([])
  })

  test('an application without money must say why', () => {
    const form = {
      ...emptyApplication('health', '222406'),
      title: 't',
      communities: ['1'],
      content: 'c',
      legalBasis: 'l',
      startsOn: '2027-01-01',
      endsOn: '2027-02-01',
      amountYuan: '0',
    }
    expect(gaps(form)).toEqual(['zeroReason'])
    expect(gaps({ ...form, zeroReason: '不产生费用' })).toEqual([])
    expect(gaps({ ...form, amountYuan: '10' })).toEqual(['dueOn', 'source'])
    expect(gaps({ ...form, communities: [], zeroReason: 'x' })).toEqual(['communities'])
    expect(gaps({ ...form, amountYuan: 'ten' })).toEqual(['amountYuan'])
    expect(itemOf({ ...form, zeroReason: '不产生费用', adds: ['form'] })).toMatchObject({
      communities: ['1'],
      special_explanation: null,
      adds: { form: true },
      funding: { amount_fen: 0, schedule: [], zero_reason: '不产生费用' },
    })
  })
})

test('an item that was returned comes back into the form as it was', () => {
  const item = admissionItem('i', 'returned', 't')
  const form = applicationOf(item, '222406')
  expect(gaps(form)).toEqual([])
  expect(itemOf(form)).toMatchObject({
    title: 't',
    communities: item.communities,
    funding: { amount_fen: 1_200_000, source: '公共卫生经费', zero_reason: null },
  })
  expect(patchOf({ ...form, adds: [] })).toMatchObject({ adds: { form: null, ledger: null } })
  expect(itemOf({ ...form, isWhole: true })).toMatchObject({ scope: '222406' })
})

test('whoever says no says why', () => {
  const form = { outcome: 'return', comment: ' ', approvalNo: '', validTo: '', amountYuan: '', paidOn: '', reference: '' }
  expect(isDecisionComplete('review', form)).toBe(false)
  expect(isDecisionComplete('review', { ...form, comment: '缺文件' })).toBe(true)
  expect(isDecisionComplete('review', { ...form, outcome: 'accept' })).toBe(true)
  expect(isDecisionComplete('decide', { ...form, outcome: 'approve' })).toBe(false)
  expect(decisionBody('review', { ...form, outcome: 'accept' })).toEqual({ decision: 'accept' })
  expect(decisionBody('revoke', { ...form, outcome: '', comment: '到期' })).toEqual({ comment: '到期' })
})

test('the day of each role begins in its own section', () => {
  expect(homeOf(['secretariat'])).toBe('admission')
  expect(homeOf(['street_officer'])).toBe('whistles')
  expect(homeOf(['auditor'])).toBe('indicators')
  expect(homeOf(['security_admin'])).toBe('accounts')
  expect(homeOf(['system_admin'])).toBe('accounts')
  expect(menusOf(['finance_officer'])).toEqual(['admission', 'indicators', 'matrix'])
})

describe('finding a household', () => {
  const all = households(130)

  test('every word must fit, in names of either script or the address', () => {
    expect(matching(all, '')).toHaveLength(130)
    expect(matching(all, '1号楼1单元101').map((home) => home.id)).toContain('home-0')
    const found = matching(all, ' 김철수  1号楼 ')
    expect(found.length).toBeGreaterThan(0)
    expect(found.every((home) => home.address.includes('1号楼'))).toBe(true)
    expect(matching(all, '没有这个人')).toEqual([])
  })

  test('the grid of a worker is the area of full length', () => {
    expect(ownGrid(['222406001001', '222406001001001'])).toBe('222406001001001')
    expect(ownGrid(['222406001'])).toBe(null)
  })
})

test('a photo keeps its proportions within 1600 pixels', () => {
  expect(fitted(4000, 3000)).toEqual({ width: 1600, height: 1200 })
  expect(fitted(800, 600)).toEqual({ width: 800, height: 600 })
  expect(fitted(100, 9000)).toEqual({ width: 18, height: 1600 })
})
