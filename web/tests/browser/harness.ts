import { createRequire } from 'node:module'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'

import { type Mock, startMock } from '../mock/server'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Where pictures of the pages go; none are taken without it. */
const PICTURES = process.env['ONEGRID_PICTURES'] ?? ''

export const PHONE = { width: 390, height: 844 }
export const DESK = { width: 1366, height: 860 }

async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A page whose console adds what it complains about (a breach of the policy shows there). */
async function openPage(context: BrowserContext, complaints: string[]): Promise<Page> {
  const page = await context.newPage()
  page.on('console', (message) => {
    const text = message.text()
    // Refused and failed calls are part of the tests; they are not faults of the page.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return page
}

interface Here {
  mock: Mock
  context: BrowserContext
  page: Page
}

/**
 * Gives each test of a file a stand-in server and a fresh page, and holds the pages to having complained of nothing.
 * `reopen` goes on with a page of somebody else at the same server.
 */
export function eachInBrowser(viewport: typeof DESK, take: (here: Here) => void): { reopen: () => Promise<void> } {
  let browser: Browser
  let mock: Mock
  let context: BrowserContext | undefined
  let complaints: string[]

  async function reopen(): Promise<void> {
    await context?.close()
    context = await browser.newContext({ viewport, locale: 'zh-CN', deviceScaleFactor: 1 })
    take({ mock, context, page: await openPage(context, complaints) })
  }

  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    complaints = []
    mock = await startMock()
    await reopen()
  })
  afterEach(async () => {
    await context?.close()
    context = undefined
    await mock.close()
    expect(complaints).toEqual([])
  })
  return { reopen }
}

export async function signIn(page: Page, url: string, login: string): Promise<void> {
  await page.goto(url)
  await page.getByTestId('sign-in').click()
  await page.locator('input[name=login]').fill(login)
  await page.getByRole('button').click()
}

export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  if (!PICTURES) return
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage })
}

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
}

/** No rule of axe is broken on the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  // Through the debugger, so that the page's policy stays as it is.
  await page.evaluate(AXE)
  const result = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })')
  const found = result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 160)} — ${node.failureSummary.slice(0, 200)}`),
  )
  expect(found).toEqual([])
}
