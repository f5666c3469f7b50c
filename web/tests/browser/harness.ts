import { createRequire } from 'node:module'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Where pictures of the pages go; none are taken without it. */
const PICTURES = process.env['ONEGRID_PICTURES'] ?? ''

export const PHONE = { width: 390, height: 844 }
export const DESK = { width: 1366, height: 860 }

export async function openBrowser(): Promise<Browser> {
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

/** A page that remembers what its console complained about (a breach of the policy shows there). */
export async function openPage(context: BrowserContext): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    const text = message.text()
    // Refused and failed calls are part of the tests; they are not faults of the page.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return { page, complaints }
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
