import { type BrowserContext, type Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'

import { type Mock } from '../mock/server'
import { eachInBrowser, expectAccessible, PHONE, picture, signIn } from './harness'

let mock: Mock
let context: BrowserContext
let page: Page

eachInBrowser(PHONE, (here) => {
  ;({ mock, context, page } = here)
})

beforeEach(async () => {
  await signIn(page, `${mock.url}/field/`, 'grid')
  await page.getByTestId('today-item').first().waitFor()
})

const count = () => page.getByTestId('outbox-count')
const writes = (): string[] => mock.state.writes.map((write) => write.path)
const bodies = (): unknown[] => mock.state.writes.map((write) => JSON.parse(write.body) as unknown)

const openCheck = (): Promise<void> => page.getByTestId('today-item').filter({ hasText: '签约医生' }).click()

async function openReport(): Promise<void> {
  await page.getByTestId('tab-grid').click()
  await page.getByTestId('household-row').filter({ hasText: '园辉路1号楼1单元103室' }).click()
  await page.getByTestId('report').click()
  await page.getByTestId('report-day').waitFor()
}

async function moveIn(name: string): Promise<void> {
  await page.getByTestId('report-kind-move_in').check()
  await page.getByTestId('report-name').fill(name)
  await page.getByTestId('report-sex-1').check()
  await page.getByTestId('report-save').click()
}

describe('a fact that two sources contradict each other about', () => {
  test('is shown with both, and the one found right is sent once', async () => {
    await openCheck()
    await page.getByTestId('check-confirm').waitFor()
    await picture(page, 'field-check', true)
    await expectAccessible(page)
    await page.getByTestId('check-note').fill('本人在家，当面问过')
    await page.getByTestId('check-take').click()
    await expect.poll(writes).toEqual(['/registry/v1/verifications/ver-1/resolve'])
    await expect.poll(() => count().textContent()).toBe('0')
    expect(bodies()).toEqual([{ value: '李医生', note: '本人在家，当面问过' }])
    // It has left the list of today, because the server says so.
    await expect.poll(() => page.getByText('签约医生').count()).toBe(0)
  })

  test('without network it waits over a restart and goes out once', async () => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await openCheck()
    await page.getByTestId('check-other').waitFor()
    await context.setOffline(true)
    await page.getByTestId('check-other').click()
    await page.getByTestId('check-save').click()
    await page.getByText('请填写或选择').waitFor()
    await page.getByTestId('check-text').fill('崔医生')
    await page.getByTestId('check-save').click()
    await expect.poll(() => count().textContent()).toBe('1')
    await page.reload()
    await expect.poll(() => count().textContent()).toBe('1')
    expect(writes()).toEqual([])
    await context.setOffline(false)
    await expect.poll(() => count().textContent()).toBe('0')
    expect(bodies()).toEqual([{ value: '崔医生' }])
  })

  test('what somebody else has resolved meanwhile is told, and can be thrown away', async () => {
    const words = { code: 'verification-is-over', title: '已有人核实', status: 409 }
    mock.state.refusals.push({ path: '/resolve', status: 409, body: words })
    await openCheck()
    await page.getByTestId('check-confirm').click()
    await expect.poll(() => count().textContent()).toBe('1')
    await count().click()
    expect(await page.getByTestId('outbox-problem').textContent()).toContain('已有人核实')
    await picture(page, 'field-check-refused')
    await expectAccessible(page)
    await page.getByTestId('outbox-discard').click()
    await page.getByTestId('discard-yes').click()
    await expect.poll(() => count().textContent()).toBe('0')
    expect(writes()).toEqual([])
  })
})

describe('a life event of a household', () => {
  test('is reported without network, and sent once when it is back', async () => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await openReport()
    await picture(page, 'field-report', true)
    await expectAccessible(page)
    await context.setOffline(true)
    await page.getByTestId('report-save').click()
    await page.getByText('请填写姓名').waitFor()
    await moveIn('王强')
    await page.getByTestId('report-waiting').waitFor()
    await picture(page, 'field-report-waiting')
    await expectAccessible(page)
    await page.reload()
    await expect.poll(() => count().textContent()).toBe('1')
    await context.setOffline(false)
    await expect.poll(() => count().textContent()).toBe('0')
    expect(writes()).toEqual(['/registry/v1/life-events'])
    expect(bodies()).toMatchObject([
      { kind: 'move_in', household_id: 'home-2', newcomers: [{ name: '王强', sex: '1', relation: '8' }], versions: {} },
    ])
    await page.getByTestId('member-row').filter({ hasText: '王强' }).waitFor()
  })

  test('an answer that was lost repeats the same call, which has one effect', async () => {
    await openReport()
    mock.setDown(true)
    await moveIn('王强')
    await count().click()
    await page.getByText('已试 1 次').waitFor()
    mock.setDown(false)
    await page.getByTestId('outbox-send').click()
    await expect.poll(() => count().textContent()).toBe('0')
    expect(mock.state.writes).toHaveLength(1)
  })

  test.each([
    [412, '记录已被他人修改'],
    [409, '该人口事件与登记状态不符'],
    [422, '提交的内容有误'],
  ])('refused with %i on replay it says why, and is done again or thrown away', async (status, title) => {
    mock.state.refusals.push({ path: '/life-events', status, body: { code: 'refused', title, status } })
    await openReport()
    await context.setOffline(true)
    await page.getByTestId('report-kind-death').check()
    await page.locator('[data-testid^="report-who-"]').nth(1).check()
    await page.getByTestId('report-save').click()
    await expect.poll(() => count().textContent()).toBe('1')
    await context.setOffline(false)
    await count().click()
    await expect.poll(() => page.getByTestId('outbox-problem').textContent()).toContain(title)
    expect(writes()).toEqual([])
    const changed = mock.state.households[2]?.members[1]
    if (!changed) throw new Error('no member')
    changed.version = 7
    await page.getByTestId('outbox-edit').click()
    await page.getByTestId('report-problem').waitFor()
    await expectAccessible(page)
    expect(await page.locator('[data-testid^="report-who-"]').nth(1).isChecked()).toBe(true)
    await page.waitForLoadState('networkidle')
    await page.getByTestId('report-save').click()
    await expect.poll(() => count().textContent()).toBe('0')
    expect(bodies()).toMatchObject([{ kind: 'death', people: [changed.id], versions: { [changed.id]: 7 } }])
  })

  test('stays within the page and large enough to be hit in large mode, in Korean', async () => {
    await page.getByTestId('tab-me').click()
    await page.getByTestId('lang-ko').click()
    await page.getByTestId('text-size').fill('30')
    await openReport()
    await page.getByTestId('report-kind-birth').check()
    await picture(page, 'field-report-ko-elder', true)
    await expectAccessible(page)
    const width = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth)
    expect(await width()).toBeLessThanOrEqual(PHONE.width)
    await page.getByTestId('tab-today').click()
    await page.getByTestId('today-item').last().click()
    await page.getByTestId('check-confirm').waitFor()
    await picture(page, 'field-check-ko-elder', true)
    await expectAccessible(page)
    expect(await width()).toBeLessThanOrEqual(PHONE.width)
  })
})
