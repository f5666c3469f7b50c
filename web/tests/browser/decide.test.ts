import { type Page } from 'playwright-core'
import { expect, test } from 'vitest'

import { type Mock } from '../mock/server'
import { DESK, eachInBrowser, expectAccessible, picture, signIn } from './harness'

let mock: Mock
let page: Page

eachInBrowser(DESK, (here) => {
  ;({ mock, page } = here)
})

const enter = (login: string): Promise<void> => signIn(page, `${mock.url}/desk/`, login)
const settle = (): Promise<void> => page.waitForTimeout(450)
const sent = (path: string): unknown => JSON.parse(mock.state.writes.find((write) => write.path.endsWith(path))?.body ?? 'null')

async function openResident(login: string): Promise<void> {
  await enter(login)
  await page.getByTestId('menu-residents').click()
  await page.getByTestId('purpose').selectOption('resident_request')
  await page.getByTestId('search-name').fill('金')
  await page.getByTestId('search-start').click()
  await page.getByTestId('resident-row').getByRole('link', { name: '金哲洙' }).click()
  await page.getByTestId('group-core').getByText('男').waitFor()
}

test('a value is explained, and disputed for the resident', async () => {
  await openResident('desk')
  await page.getByTestId('read-social_security').click()
  await page.getByTestId('explain-employment_status').click()
  await page.getByTestId('loser').getByText('权威等级较低').waitFor()
  await settle()
  await picture(page, 'desk-explain')
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.getByTestId('dispute-employment_status').click()
  await page.getByTestId('dispute-statement').fill('早就失业了。')
  await settle()
  await expectAccessible(page)
  await page.getByTestId('dispute-send').click()
  await expect.poll(() => sent('/disputes')).toEqual({ field: 'employment_status', statement: '早就失业了。' })
})

test('a birth is reviewed and recorded beside the household', async () => {
  await openResident('community')
  await page.getByTestId('to-household').click()
  await page.getByTestId('household-member').nth(1).waitFor()
  await settle()
  await picture(page, 'desk-household', true)
  await expectAccessible(page)
  await page.getByTestId('life-event-open').click()
  expect(await page.getByTestId('life-event-next').isDisabled()).toBe(true)
  await page.getByTestId('person-res-0-1').check()
  await page.getByTestId('newcomer-name').fill('金小明')
  await page.getByTestId('newcomer-sex').selectOption('1')
  await settle()
  await picture(page, 'desk-life-event')
  await expectAccessible(page)
  await page.getByTestId('life-event-next').click()
  await page.getByTestId('life-event-checked').click()
  await settle()
  await expectAccessible(page)
  await page.getByTestId('life-event-send').click()
  await expect.poll(() => sent('/life-events')).toMatchObject({ kind: 'birth', people: ['res-0-1'], household_id: 'home-0', versions: { 'home-0': 7 } })
})

test('what is dirty on the other side is said in words', async () => {
  await openResident('community')
  await page.getByTestId('to-household').click()
  mock.state.refusals.push({
    path: '/life-events',
    status: 409,
    body: { code: 'life-event-not-possible', title: '该人口事件与登记状态不符', status: 409 },
  })
  await page.getByTestId('life-event-open').click()
  await page.getByTestId('life-event-kind').selectOption('death')
  await page.getByTestId('person-res-0-0').check()
  await page.getByTestId('new-head').selectOption('res-0-1')
  await page.getByTestId('life-event-next').click()
  await page.getByTestId('life-event-checked').click()
  await page.getByTestId('life-event-send').click()
  await page.getByTestId('life-event-problem').getByText('该人口事件与登记状态不符').waitFor()
})

test('a contradiction is resolved and a dispute decided', async () => {
  await enter('dept')
  await page.getByTestId('menu-verifications').click()
  await page.getByTestId('purpose').selectOption('verification')
  await page.getByTestId('verification').getByText('李医生').waitFor()
  await settle()
  await picture(page, 'desk-checks')
  await expectAccessible(page)
  await page.getByTestId('check-open').click()
  await page.getByTestId('choice-claimed').check()
  await settle()
  await expectAccessible(page)
  await page.getByTestId('resolve-send').click()
  await page.getByTestId('checks-none').waitFor()
  expect(sent('/resolve')).toEqual({ value: '李医生' })
  await page.getByTestId('tab-disputes').click()
  await page.getByTestId('check-open').click()
  await page.getByTestId('decision-reject').check()
  await page.getByTestId('decide-reason').fill('病历在案')
  await settle()
  await expectAccessible(page)
  await page.getByTestId('decide-send').click()
  await expect.poll(() => sent('/decide')).toEqual({ decision: 'reject', reason: '病历在案' })
})

test('the matrix is read by everybody, dead letters are sent again', async () => {
  await enter('dept')
  await page.getByTestId('menu-matrix').click()
  await page.getByTestId('matrix').getByText('1（365 天）').waitFor()
  expect(await page.getByTestId('matrix-edit').count()).toBe(0)
  await expectAccessible(page)
  await page.getByTestId('menu-webhooks').click()
  await page.getByTestId('webhook-open').click()
  await page.getByTestId('delivery').getByText('死信').waitFor()
  await settle()
  await picture(page, 'desk-webhooks')
  await expectAccessible(page)
  await page.getByTestId('delivery-replay').click()
  await expect.poll(() => mock.state.writes.some((write) => write.path.endsWith('/deliveries/del-1/replay'))).toBe(true)
})
