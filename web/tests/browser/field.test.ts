import { type BrowserContext, type Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'

import { type Mock } from '../mock/server'
import { eachInBrowser, expectAccessible, PHONE, picture, signIn } from './harness'

let mock: Mock
let context: BrowserContext
let page: Page

eachInBrowser(PHONE, (here) => {
  ;({ mock, context, page } = here)
})

const enter = (login = 'grid'): Promise<void> => signIn(page, `${mock.url}/field/`, login)
const count = () => page.getByTestId('outbox-count')

async function openFirstHousehold(): Promise<void> {
  await page.getByTestId('tab-grid').click()
  await page.getByTestId('household-row').first().click()
  await page.getByTestId('member-row').first().click()
  await page.getByTestId('edit-phone').waitFor()
}

async function changePhone(number: string): Promise<void> {
  await page.getByTestId('edit-phone').click()
  await page.getByTestId('phone-input').fill(number)
  await page.getByTestId('save-fact').click()
}

describe('sign-in', () => {
  test('leads through the sign-in page to today, and out again without a trace', async () => {
    await page.goto(`${mock.url}/field/`)
    await page.getByTestId('sign-in').waitFor()
    await picture(page, 'field-signin')
    await expectAccessible(page)
    await enter()
    await page.getByTestId('today-item').first().waitFor()
    expect(page.url()).not.toContain('code=')
    await picture(page, 'field-today')
    await expectAccessible(page)
    await page.getByTestId('tab-me').click()
    await page.getByTestId('sign-out').click()
    await page.getByTestId('sign-in').waitFor()
    const left = await page.evaluate(async () => {
      const open = indexedDB.open('onegrid-field')
      const db = await new Promise<IDBDatabase>((resolve) => {
        open.onsuccess = () => resolve(open.result)
      })
      const counts = ['households', 'meta', 'outbox'].map(
        (name) =>
          new Promise<number>((resolve) => {
            const asked = db.transaction(name).objectStore(name).count()
            asked.onsuccess = () => resolve(asked.result)
          }),
      )
      return Promise.all(counts)
    })
    expect(left).toEqual([0, 0, 0])
  })

  test('survives a reload and renews an ended token', async () => {
    await enter()
    await page.getByTestId('today-item').first().waitFor()
    await page.reload()
    await page.getByTestId('today-item').first().waitFor()
  })
})

describe('households', () => {
  test('are found by name and address on the phone', async () => {
    await enter()
    await page.getByTestId('tab-grid').click()
    await page.getByTestId('household-row').first().waitFor()
    await picture(page, 'field-grid')
    await expectAccessible(page)
    await page.getByTestId('household-search').fill('2号楼 303')
    await expect.poll(() => page.getByTestId('household-row').count()).toBe(0)
    await page.getByTestId('household-search').fill('金哲洙')
    await expect.poll(() => page.getByTestId('household-row').count()).toBeGreaterThan(0)
  })

  test('a corrected phone reaches the server with version, key and purpose', async () => {
    await enter()
    await openFirstHousehold()
    await picture(page, 'field-household')
    await expectAccessible(page)
    await page.getByTestId('edit-phone').click()
    await page.getByTestId('phone-input').fill('123')
    await page.getByTestId('save-fact').click()
    await picture(page, 'field-edit-phone')
    await expectAccessible(page)
    await page.getByTestId('phone-input').fill('139 1234 5678')
    await page.getByTestId('save-fact').click()
    await page.getByText('139****5678').waitFor()
    expect(mock.state.writes).toMatchObject([
      { method: 'PATCH', path: '/registry/v1/residents/res-0-0', body: '{"phone":"13912345678"}' },
    ])
    expect(await count().textContent()).toBe('0')
  })

  test('a change made elsewhere is shown beside mine, and I choose', async () => {
    await enter()
    await openFirstHousehold()
    const resident = mock.state.households[0]?.members[0]
    if (!resident) throw new Error('no resident')
    resident.version = 9
    resident.phone = '137****0000'
    await changePhone('13912345678')
    await expect.poll(() => count().textContent()).toBe('1')
    await count().click()
    await page.getByTestId('outbox-choose').click()
    expect(await page.getByTestId('conflict-theirs').textContent()).toContain('137****0000')
    expect(await page.getByTestId('conflict-mine').textContent()).toContain('13912345678')
    await picture(page, 'field-conflict')
    await expectAccessible(page)
    await page.getByTestId('conflict-keep-mine').click()
    await expect.poll(() => count().textContent()).toBe('0')
    expect(resident.phone).toBe('139****5678')
    expect(resident.version).toBe(10)
  })
})

describe('without network', () => {
  test('the list is there after a restart, and writes wait until the network is back', async () => {
    await enter()
    await openFirstHousehold()
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await context.setOffline(true)
    await page.reload()
    await page.getByTestId('member-row').first().click()
    await changePhone('13912345678')
    await expect.poll(() => count().textContent()).toBe('1')
    await page.getByTestId('tab-whistle').click()
    await page.getByTestId('whistle-title').fill('下水道堵塞')
    await page.getByTestId('whistle-description').fill('二单元一楼反水')
    await page.getByTestId('whistle-send').click()
    await expect.poll(() => count().textContent()).toBe('2')
    await picture(page, 'field-outbox-offline')
    await expectAccessible(page)
    // A restart of the page loses nothing either.
    await page.reload()
    await expect.poll(() => count().textContent()).toBe('2')
    expect(mock.state.writes).toEqual([])
    await context.setOffline(false)
    await expect.poll(() => count().textContent()).toBe('0')
    expect(mock.state.writes.map((write) => write.path)).toEqual([
      '/registry/v1/residents/res-0-0',
      '/tasks/v1/whistles',
    ])
  })

  test('signing out with unsent writes is refused', async () => {
    await enter()
    await openFirstHousehold()
    await context.setOffline(true)
    await changePhone('13912345678')
    await page.getByTestId('tab-me').click()
    await page.getByTestId('sign-out').click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByTestId('sign-in').count()).toBe(0)
  })

  test('a server that is down keeps the write and sends it once', async () => {
    await enter()
    await openFirstHousehold()
    mock.setDown(true)
    await changePhone('13912345678')
    await count().click()
    await page.getByText('已试 1 次').waitFor()
    mock.setDown(false)
    await page.getByTestId('outbox-send').click()
    await expect.poll(() => count().textContent()).toBe('0')
    expect(mock.state.writes).toHaveLength(1)
  })
})

describe('whistle', () => {
  test('goes out with its photo, made smaller', async () => {
    await enter()
    await page.getByTestId('tab-whistle').click()
    await page.getByTestId('whistle-title').fill('路灯不亮')
    await page.getByTestId('whistle-description').fill('三号楼前路灯不亮两天')
    const png = await page.evaluate(async () => {
      const canvas = document.createElement('canvas')
      canvas.width = 3200
      canvas.height = 2400
      const context = canvas.getContext('2d')
      context?.fillRect(0, 0, 3200, 1200)
      return canvas.toDataURL('image/png').split(',')[1]
    })
    await page.getByTestId('whistle-photo').setInputFiles({
      name: 'photo.png',
      mimeType: 'image/png',
      buffer: Buffer.from(png ?? '', 'base64'),
    })
    await page.getByRole('img').first().waitFor()
    await picture(page, 'field-whistle', true)
    await expectAccessible(page)
    await page.getByTestId('whistle-send').click()
    await page.getByTestId('my-whistle').first().waitFor()
    expect(mock.state.whistles[0]).toMatchObject({ title: '路灯不亮', photo_ids: ['photo-1'] })
    const photo = mock.state.attachments.get('photo-1')
    expect(photo?.type).toBe('image/jpeg')
    const size = await page.evaluate(async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]))
      return [bitmap.width, bitmap.height]
    }, Array.from(photo?.bytes ?? []))
    expect(size).toEqual([1600, 1200])
  })

  test('stands among my whistles at once, sent or not', async () => {
    await enter()
    await page.getByTestId('tab-whistle').click()
    await page.getByTestId('whistle-title').fill('垃圾堆放')
    await page.getByTestId('whistle-description').fill('路口')
    await context.setOffline(true)
    await page.getByTestId('whistle-send').click()
    await page.getByTestId('tab-me').click()
    await page.getByText('等待发送').waitFor()
    await context.setOffline(false)
    await page.getByTestId('my-whistle').filter({ hasText: '垃圾堆放' }).waitFor()
    expect(await page.getByText('等待发送').count()).toBe(0)
  })

  test('its words outlive a sign-in in between', async () => {
    await enter()
    await page.getByTestId('tab-whistle').click()
    await page.getByTestId('whistle-title').fill('路灯不亮')
    await page.getByTestId('whistle-description').fill('三号楼')
    await page.reload()
    expect(await page.getByTestId('whistle-title').inputValue()).toBe('路灯不亮')
    await page.getByTestId('whistle-send').click()
    await expect.poll(() => mock.state.whistles[0]?.title).toBe('路灯不亮')
    await page.getByTestId('tab-whistle').click()
    expect(await page.getByTestId('whistle-title').inputValue()).toBe('')
  })

  test('an ended session is said, and what waits goes out after the next sign-in', async () => {
    await enter()
    await page.getByTestId('tab-whistle').click()
    await page.getByTestId('whistle-title').fill('井盖松动')
    await page.getByTestId('whistle-description').fill('路口')
    // Nothing else may be under way that would hear of the ended session first.
    await page.waitForLoadState('networkidle')
    mock.state.tokens.clear()
    await page.getByTestId('whistle-send').click()
    await page.getByText('登录已失效').waitFor()
    await page.getByTestId('sign-in').click()
    await page.locator('input[name=login]').fill('grid')
    await page.getByRole('button').click()
    await expect.poll(() => mock.state.whistles[0]?.title).toBe('井盖松动')
  })

  test('a refused one shows why and can be changed', async () => {
    await enter()
    await page.getByTestId('tab-whistle').click()
    await page.getByTestId('whistle-title').fill('拒绝')
    await page.getByTestId('whistle-description').fill('说明')
    await page.getByTestId('whistle-send').click()
    await page.getByTestId('outbox-problem').waitFor()
    expect(await page.getByTestId('outbox-problem').textContent()).toContain('标题不能含有')
    await picture(page, 'field-outbox-refused')
    await expectAccessible(page)
    await page.getByTestId('outbox-edit').click()
    await page.getByTestId('whistle-title').fill('井盖松动')
    await page.getByTestId('whistle-send').click()
    await expect.poll(() => count().textContent()).toBe('0')
    expect(mock.state.whistles[0]?.title).toBe('井盖松动')
  })

  test('a result is verified on the spot', async () => {
    await enter()
    await page.getByTestId('tab-me').click()
    await page.getByTestId('verify').first().click()
    await page.getByTestId('verify-passed').waitFor()
    await picture(page, 'field-my-whistle', true)
    await expectAccessible(page)
    await page.getByTestId('verify-passed').click()
    await expect.poll(() => mock.state.whistles[0]?.state).toBe('verified')
  })
})

describe('me', () => {
  test('language and text size change the whole app at once', async () => {
    await enter()
    await page.getByTestId('tab-me').click()
    await page.getByTestId('my-whistle').first().waitFor()
    await picture(page, 'field-me', true)
    await expectAccessible(page)
    await page.getByTestId('lang-ko').click()
    await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('ko')
    await page.getByTestId('text-size').fill('30')
    expect(await page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('30px')
    await picture(page, 'field-me-ko-elder', true)
    await expectAccessible(page)
    for (const tab of ['tab-today', 'tab-grid', 'tab-whistle'] as const) {
      await page.getByTestId(tab).click()
      await page.getByRole('heading').first().waitFor()
      await page.waitForTimeout(300)
      await picture(page, `field-${tab}-ko-elder`)
      await expectAccessible(page)
      expect(await smallTargets(page, 60)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
    }
  })

  test('a suggestion arrives', async () => {
    await enter()
    await page.getByTestId('tab-me').click()
    await page.getByTestId('suggestion-text').fill('表格太多')
    await page.getByTestId('suggestion-send').click()
    await expect.poll(() => mock.state.suggestions.map((item) => item.text)).toEqual(['表格太多'])
  })

  test('every text is at least 18 px and every target at least 44 px', async () => {
    await enter()
    for (const tab of ['tab-today', 'tab-grid', 'tab-whistle', 'tab-me']) {
      await page.getByTestId(tab).click()
      await page.waitForTimeout(300)
      expect(await smallTargets(page, 44)).toEqual([])
      expect(await smallTexts(page)).toEqual([])
    }
  })
})

function smallTargets(from: Page, least: number): Promise<string[]> {
  return from.evaluate((pixels) => {
    const found: string[] = []
    for (const element of document.querySelectorAll('a,button,select,textarea,input')) {
      // A box to tick is hit through its label; an unseen input through the label around it.
      const box = (element.closest('label') ?? element).getBoundingClientRect()
      if (box.width > 0 && (box.height < pixels - 0.5 || box.width < pixels - 0.5)) {
        found.push(`${element.outerHTML.slice(0, 120)} ${String(box.width)}×${String(box.height)}`)
      }
    }
    return found
  }, least)
}

function smallTexts(from: Page): Promise<string[]> {
  return from.evaluate(() =>
    Array.from(document.querySelectorAll('body *'))
      .filter((element) => Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.textContent?.trim()))
      .filter((element) => parseFloat(getComputedStyle(element).fontSize) < 18)
      .map((element) => element.outerHTML.slice(0, 100)),
  )
}
