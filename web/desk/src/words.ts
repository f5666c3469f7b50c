/** Codes of the interface as words; a code this app does not know is shown as it came. */

import { languages } from './app'

export function known(set: string, code: string | null | undefined): string {
  if (!code) return '—'
  const { t, te } = languages.i18n.global
  const key = `${set}.${code}`
  // The source language holds every key; `te` of the shown language alone would miss the fallback.
  return te(key) || te(key, 'zh-CN') ? t(key) : code
}
