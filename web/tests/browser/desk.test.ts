import { type Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { type Mock } from '../mock/server'
import { DESK, eachInBrowser, expectAccessible, picture, signIn } from './harness'

let mock: Mock
let page: Page

const { reopen } = eachInBrowser(DESK, (here) => {
  ;({ mock, page } = here)
})

const enter = (login: string): Promise<void> => signIn(page, `${mock.url}/desk/`, login)

/** Pop-ups fade in; axe would measure the contrast of a half-seen one. */
const settle = (): Promise<void> => page.waitForTimeout(450)

async function openWhistle(title: string): Promise<void> {
  await page.getByTestId('whistle-row').filter({ hasText: title }).click()
  await page.getByRole('heading', { name: title }).waitFor()
}

async function act(action: string): Promise<void> {
  await page.getByTestId(`whistle-${action}`).click()
  await page.getByTestId('action-send').waitFor()
}

async function confirmTo(id: string, state: string): Promise<void> {
  await page.getByTestId('action-send').click()
  await expect.poll(() => mock.state.whistles.find((item) => item.id === id)?.state).toBe(state)
}

describe('whistles', () => {
  test('a street blows, dispatches, and only sees what its role may do', async () => {
    await page.goto(`${mock.url}/desk/`)
    await page.getByTestId('sign-in').waitFor()
    await picture(page, 'desk-signin')
    await expectAccessible(page)
    await enter('street')
    await page.getByTestId('whistle-row').first().waitFor()
    await openWhistle('楼道堆放杂物')
    await picture(page, 'desk-whistles')
    await expectAccessible(page)
    await act('blow')
    await page.getByTestId('principal-check').click()
    await confirmTo('w-3', 'blown')
    await act('dispatch')
    await page.getByTestId('dispatch-lead').selectOption('222406.housing')
    await settle()
    await picture(page, 'desk-dispatch')
    await expectAccessible(page)
    await confirmTo('w-3', 'dispatched')
    await page.getByTestId('overdue').waitFor()
    const dispatch = mock.state.writes.find((write) => write.path.endsWith('/dispatch'))
    expect(JSON.parse(dispatch?.body ?? '')).toEqual({ lead: '222406.housing', co_handlers: [] })
    expect(await page.getByTestId('whistle-sign').count()).toBe(0)
  })

  test('a record changed meanwhile is read again before anything happens', async () => {
    await enter('street')
    await openWhistle('楼道堆放杂物')
    const found = mock.state.whistles.find((item) => item.id === 'w-3')
    if (found) found.version = 20
    await act('blow')
    await page.getByTestId('principal-check').click()
    await page.getByTestId('action-send').click()
    await page.getByText('这条记录刚被他人改动').waitFor()
    expect(found?.state).toBe('reported')
  })

  test('rating and closing follow a verified result', async () => {
    await enter('street')
    await openWhistle('三号楼前路灯不亮')
    await act('verify')
    await confirmTo('w-1', 'verified')
    await act('rate')
    await confirmTo('w-1', 'rated')
    await act('close')
    await confirmTo('w-1', 'closed')
  })
})

describe('admission', () => {
  test('an item goes from application to payment through four people', async () => {
    await enter('dept')
    await page.getByTestId('menu-admission').click()
    await page.getByTestId('item-row').first().waitFor()
    await picture(page, 'desk-admissions')
    await expectAccessible(page)
    await page.getByTestId('apply').click()
    await page.getByTestId('item-submit').click()
    await page.getByText('请填写此项').first().waitFor()
    await settle()
    await picture(page, 'desk-apply', true)
    await expectAccessible(page)
    await page.getByTestId('item-title').fill('慢病随访')
    await page.getByTestId('community').nth(0).click()
    await page.getByTestId('community').nth(1).click()
    await page.locator('#content').fill('随访')
    await page.locator('#legal').fill('规范')
    await page.locator('#starts').fill('2027-01-05')
    await page.locator('#ends').fill('2027-12-31')
    await page.getByTestId('item-amount').fill('12000.50')
    await page.locator('#due').fill('2027-01-10')
    await page.locator('#source').fill('公共卫生经费')
    await page.getByTestId('item-submit').click()
    await page.getByRole('heading', { name: '慢病随访' }).waitFor()
    const item = mock.state.items[0]
    expect(item).toMatchObject({
      state: 'submitted',
      communities: ['222406001001', '222406001002'],
      funding: { amount_fen: 1_200_050, schedule: [{ due_on: '2027-01-10', amount_fen: 1_200_050 }] },
    })
    for (const [login, action, state] of [
      ['secretariat', 'review', 'reviewed'],
      ['approver', 'decide', 'approved'],
      ['finance', 'payments', 'active'],
    ] as const) {
      await reopen()
      await enter(login)
      await page.getByText('慢病随访').click()
      await page.getByTestId(`item-${action}`).click()
      if (action === 'decide') await page.getByTestId('approval-no').fill('准入〔2026〕1号')
      if (action === 'payments') {
        await page.getByTestId('pay-amount').fill('12000.50')
        await page.getByTestId('paid-on').fill('2027-01-10')
        await page.getByTestId('pay-reference').fill('凭证-1')
      }
      await settle()
      await picture(page, `desk-item-${action}`)
      await expectAccessible(page)
      await page.getByTestId('action-send').click()
      await expect.poll(() => mock.state.items[0]?.state).toBe(state)
    }
    expect(mock.state.items[0]?.funding.paid_fen).toBe(1_200_050)
  })
})

describe('consultation', () => {
  test('a street says what it thinks, and must say why it objects', async () => {
    await enter('street')
    await page.getByTestId('menu-admission').click()
    await page.getByText('高血压随访登记').click()
    await page.getByTestId('item-opinions').click()
    await page.getByText('反对').click()
    expect(await page.getByTestId('action-send').isDisabled()).toBe(true)
    await page.locator('#item-comment').fill('已有同类报表')
    await settle()
    await expectAccessible(page)
    await page.getByTestId('action-send').click()
    await page.getByTestId('opinion').waitFor()
    expect(mock.state.items[0]?.opinions?.[0]).toMatchObject({ stance: 'object', comment: '已有同类报表' })
    await settle()
    await picture(page, 'desk-opinion', true)
    await expectAccessible(page)
  })
})

describe('figures and files', () => {
  test('indicators of the three services stand side by side, in each language', async () => {
    await enter('county')
    await page.getByText('吹哨办结率').waitFor()
    await page.getByText('经费到位率').waitFor()
    await picture(page, 'desk-indicators')
    await expectAccessible(page)
    await page.getByTestId('language').selectOption('ko')
    await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('ko')
    await picture(page, 'desk-indicators-ko')
    await expectAccessible(page)
  })

  test('an import shows its progress and hands back the rejected rows', async () => {
    await enter('dept')
    await page.getByTestId('menu-imports').click()
    await page.getByTestId('import-start').click()
    await page.getByText('请选择文件').waitFor()
    await page.getByTestId('import-file').setInputFiles({
      name: '卫生.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('姓名,电话\r\n金某,1\r\n'),
    })
    await page.getByTestId('import-start').click()
    await page.getByTestId('import-errors').waitFor()
    await settle()
    await picture(page, 'desk-imports')
    await expectAccessible(page)
    const waiting = page.waitForEvent('download')
    await page.getByTestId('import-errors').click()
    expect((await waiting).suggestedFilename()).toBe('errors-job-1.csv')
    expect(Buffer.from(mock.state.writes[0]?.body ?? '').toString()).toContain('filename="卫生.csv"')
  })
})
