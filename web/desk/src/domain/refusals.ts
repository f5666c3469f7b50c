/** Why something was refused, in the language of the reader. */

import type { Locale } from '@shared/i18n'
import type { ApiProblem, ProblemBody } from '@shared/problem'

export type Fault = NonNullable<ProblemBody['errors']>[number]

export interface Dictionary {
  t: (key: string, values?: Record<string, unknown>) => string
  te: (key: string) => boolean
  /** Name of a field of the catalogue; its code where it is not known. */
  field?: (code: string) => string
}

const OWN_SCRIPT: Record<Locale, RegExp> = { 'zh-CN': /\p{Script=Han}/u, ko: /\p{Script=Hangul}/u, en: /^[\p{ASCII}–—°±×²“”’]*$/u }

/** Whether the services said it in the language shown already. */
const isOwn = (text: string, locale: Locale): boolean => OWN_SCRIPT[locale].test(text)

/** The key of a sentence that the services say in English only. */
export const slug = (text: string): string => text.toLowerCase().replace(/[^a-z]+/g, '_').replace(/^_|_$/g, '')

/**
 * What happened this time. English prose under a heading in the reader's language says the heading again:
 * it is left out, unless it tells something of this case.
 */
function detailWords(detail: string, title: string, locale: Locale, words: Dictionary): string {
  const key = `details.${slug(detail)}`
  if (isOwn(detail, locale)) return detail
  if (words.te(key)) return words.t(key)
  if (!title || !isOwn(title, locale)) return detail
  return listed(detail, words).trim() || (/\d/.test(detail) ? detail : '')
}

/** One fault: what the services say of it, or where they say it in another language, what its code means. */
export function faultWords(fault: { code?: string; detail?: string }, locale: Locale, words: Dictionary): string {
  const detail = fault.detail ?? ''
  if (detail && isOwn(detail, locale)) return detail
  const key = `faults.${(fault.code ?? '').replaceAll('_', '-')}`
  return words.te(key) ? words.t(key) + listed(detail, words) : detail || (fault.code ?? '')
}

/** The codes that a sentence ends with, by name. */
function listed(detail: string, words: Dictionary): string {
  const codes = /: (\w+(?:, \w+)*)\.$/.exec(detail)?.[1]?.split(', ') ?? []
  return codes.length > 0 ? ` ${codes.map((code) => words.field?.(code) ?? code).join('、')}` : ''
}

/** The name of the place a fault is about; its pointer where this app has no name for it. */
export function placeWords(pointer: string, words: Dictionary): string {
  const last = pointer.split('/').filter((part) => part !== '' && !/^\d+$/.test(part)).at(-1) ?? ''
  const key = `refusal.fields.${last}`
  if (words.te(key)) return words.t(key)
  const name = words.field?.(last) ?? last
  return name === last ? pointer : name
}

/** What a refusal points to besides its words. */
function pointed(body: ProblemBody, words: Dictionary): string[] {
  const { kind, event } = body as { kind?: unknown; event?: unknown }
  if (typeof kind !== 'string' || event === undefined) return []
  return [words.t('refusal.later', { kind: words.t(`life_event.kinds.${kind}`) })]
}

function faultLine(fault: Fault, locale: Locale, words: Dictionary): string {
  const said = faultWords(fault, locale, words)
  return fault.pointer ? words.t('refusal.at', { field: placeWords(fault.pointer, words), words: said }) : said
}

export function refusalWords(problem: ApiProblem, locale: Locale, words: Dictionary): string {
  const { title = '', detail = '', errors = [], reason } = problem.body
  const faults = errors.map((fault) => faultLine(fault, locale, words))
  // Faults are told one by one, each at its place.
  const what = faults.length > 0 ? faults : [detailWords(detail, title, locale, words)]
  const lines = [title, ...what, reason?.title, reason?.how_to, ...pointed(problem.body, words)]
  return [...new Set(lines.filter(Boolean))].join('\n')
}

/** Faults by the last member of their pointer, for forms that show each beside its field. */
export function faultsByField(problem: ApiProblem, locale: Locale, words: Dictionary): Record<string, string> {
  const found = (problem.body.errors ?? []).map((fault) => [fault.pointer?.split('/').at(-1) ?? '', faultWords(fault, locale, words)] as const)
  return Object.fromEntries(found)
}
