import { type Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { type Mock } from '../mock/server'
import { DESK, eachInBrowser, expectAccessible, picture, signIn } from './harness'

let mock: Mock
let page: Page

eachInBrowser(DESK, (here) => {
  ;({ mock, page } = here)
})

const enter = (login: string): Promise<void> => signIn(page, `${mock.url}/desk/`, login)
const settle = (): Promise<void> => page.waitForTimeout(450)

async function openResident(login: string): Promise<void> {
  await enter(login)
  await page.getByTestId('menu-residents').click()
  await page.getByTestId('purpose').selectOption('public_service')
  await page.getByTestId('search-name').fill('金')
  await page.getByTestId('search-start').click()
  await page.getByTestId('resident-row').getByRole('link', { name: '金哲洙' }).click()
  await page.getByTestId('group-core').getByText('男').waitFor()
}

describe('residents', () => {
  test('nobody is searched for without a purpose; the purpose goes with the search', async () => {
    await enter('dept')
    await page.getByTestId('menu-residents').click()
    await page.getByTestId('search-name').fill('金')
    await page.getByTestId('search-start').click()
    await page.getByTestId('search-problem').getByText('请先选择查阅事由').waitFor()
    await page.getByTestId('purpose').selectOption('public_service')
    const asking = page.waitForRequest((request) => request.url().endsWith('/residents/search'))
    await page.getByTestId('search-start').click()
    const request = await asking
    expect(request.headers()['onegrid-purpose']).toBe('public_service')
    expect(request.postDataJSON()).toMatchObject({ within: '222406', name: '金', count: 'capped' })
    await page.getByTestId('resident-row').getByText('229999********0018').waitFor()
    await picture(page, 'desk-residents')
    await expectAccessible(page)
  })

  test('fields are read group by group, with source, age and dispute', async () => {
    await openResident('dept')
    await page.getByTestId('field-chronic_disease').getByText('高血压').waitFor()
    await page.getByTestId('field-chronic_disease').getByText('部门推送 · 卫生').waitFor()
    // Another domain's fields are not asked for before they are opened.
    expect(await page.getByTestId('field-employment_status').count()).toBe(0)
    await page.getByTestId('read-social_security').click()
    await page.getByTestId('stale-employment_status').waitFor()
    await page.getByTestId('disputed-employment_status').waitFor()
    await settle()
    await picture(page, 'desk-resident', true)
    await expectAccessible(page)
    await page.getByTestId('text-size').selectOption('larger')
    await settle()
    await picture(page, 'desk-resident-larger')
    await expectAccessible(page)
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe('22px')
  })

  test('the residents’ desk sees who has seen the data', async () => {
    await openResident('desk')
    await page.getByTestId('access-row').getByText('和龙市卫生健康局').waitFor()
    await page.getByTestId('access-row').getByText('部门干部').waitFor()
    await expectAccessible(page)
    await page.getByTestId('personal-copy').scrollIntoViewIfNeeded()
    await settle()
    await picture(page, 'desk-counter')
    await page.getByTestId('access-dispute').selectOption('phone')
    await page.getByTestId('dispute-statement').waitFor()
  })

  test('a copy is handed over at the resident’s request, whatever the page is read for', async () => {
    await openResident('desk')
    const asking = page.waitForRequest((request) => request.url().endsWith('/full-export'))
    const saved = page.waitForEvent('download')
    await page.getByTestId('copy-html').click()
    const request = await asking
    expect(request.headers()['onegrid-purpose']).toBe('resident_request')
    expect(request.postDataJSON()).toEqual({ requested_by: 'self', format: 'html' })
    expect((await saved).suggestedFilename()).toBe('个人信息副本.html')
    await page.getByText('已提供，并已记录。').waitFor()
  })
})

describe('areas', () => {
  test('a change is reviewed before it is asked for', async () => {
    await enter('secretariat')
    await page.getByTestId('menu-areas').click()
    await page.getByTestId('area-child').first().click()
    await page.getByTestId('area-history').getByText('旧名').waitFor()
    await page.getByTestId('predecessors').waitFor()
    await page.getByTestId('finding').getByText('网格户数过多').waitFor()
    await expectAccessible(page)
    await page.getByTestId('area-change').click()
    expect(await page.getByTestId('area-change-review-open').isDisabled()).toBe(true)
    await page.getByTestId('area-document').fill('和政函〔2026〕12号')
    await page.getByTestId('new-name-0').fill('新社区')
    await settle()
    await picture(page, 'desk-area-change')
    await expectAccessible(page)
    await page.getByTestId('area-change-review-open').click()
    expect(await page.getByTestId('area-change-send').isDisabled()).toBe(true)
    await page.getByTestId('area-change-checked').click()
    await page.getByTestId('area-change-send').click()
    await page.getByTestId('area-change-row').getByText('待生效').waitFor()
    expect(JSON.parse(mock.state.writes[0]?.body ?? '{}')).toMatchObject({ kind: 'rename', old: ['222406001001'], document: '和政函〔2026〕12号' })
  })

  test('grids are drawn without anything from elsewhere', async () => {
    const foreign: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(mock.url) && !request.url().startsWith('data:')) foreign.push(request.url())
    })
    await enter('street')
    await page.getByTestId('menu-areas').click()
    await page.getByTestId('area-map-open').click()
    await page.locator('.leaflet-interactive').nth(1).waitFor()
    await settle()
    await picture(page, 'desk-map')
    await expectAccessible(page)
    expect(foreign).toEqual([])
  })
})

describe('in bulk', () => {
  test('a list is held against the record and its differences are read', async () => {
    await enter('dept')
    await page.getByTestId('menu-reconciliations').click()
    await page.getByTestId('reconcile-file').setInputFiles({ name: '名单.csv', mimeType: 'text/csv', buffer: Buffer.from('姓名\r\n') })
    await page.getByTestId('reconcile-start').click()
    await page.getByTestId('count-missing').getByText('3').waitFor()
    await page.getByTestId('purpose').selectOption('verification')
    await page.getByTestId('difference-row').first().getByText('糖尿病').waitFor()
    await settle()
    await picture(page, 'desk-reconciliation', true)
    await expectAccessible(page)
    await page.getByTestId('reconcile-apply').click()
    await settle()
    await expectAccessible(page)
    await page.getByTestId('apply-yes').click()
    await expect.poll(() => mock.state.writes.some((write) => write.path.endsWith('/apply'))).toBe(true)
  })

  test('an export names its fields, its ground and its purpose', async () => {
    await enter('dept')
    await page.getByTestId('menu-exports').click()
    await page.getByTestId('export-start').click()
    await page.getByTestId('export-problem').waitFor()
    await page.getByTestId('purpose').selectOption('public_service')
    await page.getByTestId('export-chronic_disease').click()
    await page.getByTestId('export-format').selectOption('csv')
    await page.getByTestId('export-basis').fill('基本医疗卫生与健康促进法')
    await settle()
    await picture(page, 'desk-exports', true)
    await expectAccessible(page)
    await page.getByTestId('export-start').click()
    const waiting = page.waitForEvent('download')
    await page.getByTestId('export-file').click()
    expect((await waiting).suggestedFilename()).toBe('residents-222406.csv')
    expect(JSON.parse(mock.state.writes[0]?.body ?? '{}')).toMatchObject({ format: 'csv', fields: ['name', 'dwelling', 'chronic_disease'] })
  })
})
