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

test('an officer opens a record in an emergency and sees whom to call', async () => {
  await enter('community')
  await page.getByTestId('menu-emergencies').click()
  await page.getByTestId('emergency-access').first().waitFor()
  await page.getByTestId('emergency-number').fill('229999199001010010')
  await page.getByTestId('emergency-text').fill('老人在家晕倒，联系不上家属')
  await page.getByTestId('emergency-open').click()
  await page.getByTestId('emergency-resident').getByText('13800001000').waitFor()
  await settle()
  await picture(page, 'desk-emergency', true)
  await expectAccessible(page)
  expect(sent('/emergency-accesses')).toEqual({
    document: { number: '229999199001010010' },
    reason: 'life_rescue',
    text: '老人在家晕倒，联系不上家属',
    minutes: 30,
  })
  // Who opens does not judge.
  expect(await page.getByTestId('emergency-judge').count()).toBe(0)
})

test('an auditor judges what is over', async () => {
  await enter('auditor')
  await page.getByTestId('menu-emergencies').click()
  await page.getByTestId('emergency-judge').click()
  await page.getByTestId('emergency-comment').fill('核实属实')
  await settle()
  await picture(page, 'desk-emergency-review')
  await expectAccessible(page)
  await page.getByTestId('emergency-judge-send').click()
  await expect.poll(() => sent('/review')).toEqual({ verdict: 'justified', comment: '核实属实' })
  expect(await page.getByTestId('emergency-form').count()).toBe(0)
})

test('the secretariat enters an agreement, and a further version of one', async () => {
  await enter('secretariat')
  await page.getByTestId('menu-registers').click()
  await page.getByTestId('register-entry').getByText('姓名、性别、出生日期').waitFor()
  await settle()
  await picture(page, 'desk-registers', true)
  await expectAccessible(page)
  await page.getByTestId('register-add').click()
  await page.getByTestId('register-send').waitFor()
  await page.getByTestId('register-title').fill('公安向人社提供姓名')
  await page.getByTestId('register-send').click()
  await page.getByTestId('register-form-problem').waitFor()
  await page.getByTestId('register-document_no').fill('数共〔2026〕2号')
  await page.getByTestId('register-provider_domain').selectOption('public_security')
  await page.getByTestId('register-receiver').fill('222406.social_security')
  await page.getByTestId('register-fields').fill('name、sex')
  await page.getByTestId('register-purpose').fill('养老待遇资格认证')
  await page.getByTestId('register-legal_basis').fill('社会保险法')
  await settle()
  await picture(page, 'desk-register-form', true)
  await expectAccessible(page)
  await page.getByTestId('register-send').click()
  await expect.poll(() => sent('/sharing-agreements')).toMatchObject({ title: '公安向人社提供姓名', area: '222406', fields: ['name', 'sex'] })
  await page.getByTestId('register-revise').click()
  await page.getByTestId('register-reason').fill('到期')
  await page.getByTestId('register-send').click()
  await expect.poll(() => sent('/ag-1/versions')).toMatchObject({ reason: '到期', fields: ['name', 'sex', 'born_on'] })
})

test('the auditor reads all five registers in each language', async () => {
  await enter('auditor')
  await page.getByTestId('menu-registers').click()
  for (const tab of ['sharing-agreements', 'impact-assessments', 'notices', 'breaches', 'retention']) {
    await page.getByTestId(`register-${tab}`).click()
    expect(await page.getByTestId('register-add').count()).toBe(0)
  }
  await page.getByTestId('retention-class').first().waitFor()
  await settle()
  await picture(page, 'desk-retention', true)
  await expectAccessible(page)
  for (const language of ['ko', 'en']) {
    await page.getByTestId('language').selectOption(language)
    await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe(language)
    await page.getByTestId('retention-class').first().waitFor()
    await picture(page, `desk-retention-${language}`, true)
    await expectAccessible(page)
  }
})
