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

async function openResident(login: string): Promise<void> {
  await enter(login)
  await page.getByTestId('menu-residents').click()
  await page.getByTestId('purpose').selectOption('statutory_registration')
  await page.getByTestId('search-name').fill('金')
  await page.getByTestId('search-start').click()
  await page.getByTestId('resident-row').getByRole('link', { name: '金哲洙' }).click()
  await page.getByTestId('group-core').getByText('男').waitFor()
}

test('what taking a life event back undoes is shown before a reason is asked for', async () => {
  await openResident('community')
  await page.getByTestId('life-events-open').click()
  await page.getByTestId('life-event-reverse').click()
  await page.getByTestId('reverse-undoes').getByText('恢复为已婚').waitFor()
  expect(await page.getByTestId('reverse-send').isDisabled()).toBe(true)
  await settle()
  await picture(page, 'desk-reverse')
  await expectAccessible(page)
  await page.getByTestId('reverse-reason').fill('登记有误')
  await page.getByTestId('reverse-checked').click()
  mock.state.refusals.push({ path: '/reverse', status: 409, body: { title: '不能撤销', code: 'life-event-built-upon', event: 'le-10', kind: 'move_out' } })
  await page.getByTestId('reverse-send').click()
  await page.getByTestId('reverse-problem').getByText('后来登记的事件：迁出').waitFor()
  await page.getByTestId('reverse-send').click()
  await expect.poll(() => mock.state.writes.some((write) => write.path.endsWith('/le-9/reverse'))).toBe(true)
})

test('a document goes with the version that was read, and a fault stands beside its field', async () => {
  await openResident('community')
  await page.getByTestId('documents-open').click()
  await page.getByTestId('document-row').getByText('229999********0018').waitFor()
  expect(await page.getByTestId('document-end').count()).toBe(0)
  await page.getByTestId('document-add').click()
  await page.getByTestId('document-number').fill('11010519491231002X')
  const errors = [{ pointer: '/number', code: 'contradicts-record', detail: 'The number tells another sex than the record has.' }]
  mock.state.refusals.push({ path: '/documents', status: 422, body: { title: '提交的内容有误', detail: errors[0]?.detail, errors } })
  await page.getByTestId('document-send').click()
  await page.getByTestId('document-problem').getByText('性别或出生日期与登记不符').waitFor()
  await settle()
  await picture(page, 'desk-document')
  await expectAccessible(page)
  await page.getByTestId('document-send').click()
  await expect.poll(() => mock.state.writes.some((write) => write.path.endsWith('/documents'))).toBe(true)
})

test('a post is corrected under its version', async () => {
  await enter('community')
  await page.getByTestId('menu-posts').click()
  await page.getByTestId('posts-counted').getByText('空缺 0 处').waitFor()
  await expectAccessible(page)
  await page.getByTestId('post-correct').click()
  await page.getByTestId('post-holder').fill('林在善')
  const sending = page.waitForRequest((request) => request.method() === 'PUT')
  await page.getByTestId('post-send').click()
  const request = await sending
  expect(request.headers()['if-match']).toBe('"2"')
  expect(request.postDataJSON()).toEqual({ holder: '林在善' })
})

test('the register of provisions says who was given what', async () => {
  await enter('auditor')
  await page.getByTestId('menu-provisions').click()
  await page.getByTestId('provision-row').getByText('基本医疗卫生与健康促进法').waitFor()
  await settle()
  await picture(page, 'desk-provisions')
  await expectAccessible(page)
})
