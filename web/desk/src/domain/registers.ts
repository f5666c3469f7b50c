/** The registers the law asks for, as the desk shows and fills them. */

import type { Role } from '@shared/api-types'

export type RegisterCode = 'sharing-agreements' | 'impact-assessments' | 'notices' | 'breaches'
export type Tab = RegisterCode | 'retention'

export interface Blank {
  name: string
  /** How it is asked for; `list` is several words, separated by commas. */
  kind: 'text' | 'long' | 'list' | 'choice' | 'count' | 'instant'
  choices?: string[]
  optional?: boolean
}

export const BLANKS: Record<RegisterCode, Blank[]> = {
  'sharing-agreements': [
    { name: 'document_no', kind: 'text' },
    { name: 'provider_domain', kind: 'choice' },
    { name: 'receiver', kind: 'text' },
    { name: 'fields', kind: 'list' },
    { name: 'purpose', kind: 'long' },
    { name: 'legal_basis', kind: 'long' },
  ],
  'impact-assessments': [
    {
      name: 'processing',
      kind: 'choice',
      choices: ['sensitive', 'automated_decision', 'entrusting_or_providing', 'abroad', 'other_major'],
    },
    { name: 'description', kind: 'long' },
    { name: 'risks', kind: 'long' },
    { name: 'measures', kind: 'long' },
    { name: 'conclusion', kind: 'choice', choices: ['acceptable', 'acceptable_with_measures', 'not_acceptable'] },
  ],
  notices: [
    { name: 'kind', kind: 'choice', choices: ['notice', 'consent'] },
    { name: 'text_zh', kind: 'long' },
    { name: 'text_ko', kind: 'long' },
    { name: 'text_en', kind: 'long', optional: true },
  ],
  breaches: [
    { name: 'happened', kind: 'long' },
    { name: 'found_at', kind: 'instant' },
    { name: 'categories', kind: 'list' },
    { name: 'affected', kind: 'count', optional: true },
    { name: 'harm', kind: 'long' },
    { name: 'measures', kind: 'long' },
    { name: 'residents', kind: 'choice', choices: ['not_yet', 'notified', 'harm_avoided'] },
  ],
}

const KEEPERS: Role[] = ['secretariat', 'security_admin', 'auditor']
const READERS: Record<Tab, Role[]> = {
  'sharing-agreements': [...KEEPERS, 'county_officer', 'department_officer'],
  'impact-assessments': KEEPERS,
  notices: [...KEEPERS, 'grid_worker', 'community_officer', 'street_officer', 'county_officer', 'resident_desk'],
  breaches: ['security_admin', 'auditor'],
  retention: [...KEEPERS, 'system_admin', 'county_officer'],
}
const WRITERS: Record<RegisterCode, Role> = {
  'sharing-agreements': 'secretariat',
  'impact-assessments': 'secretariat',
  notices: 'secretariat',
  breaches: 'security_admin',
}

export function tabsOf(roles: Role[]): Tab[] {
  return (Object.keys(READERS) as Tab[]).filter((tab) => READERS[tab].some((role) => roles.includes(role)))
}

export function mayEnter(tab: Tab, roles: Role[]): tab is RegisterCode {
  return tab !== 'retention' && roles.includes(WRITERS[tab])
}

/** What was typed, as the register takes it; empty blanks are left out. */
export function contentOf(register: RegisterCode, typed: Record<string, string>): Record<string, unknown> {
  const content: Record<string, unknown> = register === 'breaches' ? { notified: [] } : {}
  for (const { name, kind } of BLANKS[register]) {
    const text = (typed[name] ?? '').trim()
    if (!text) continue
    if (kind === 'list') content[name] = text.split(/[\s,，、]+/).filter(Boolean)
    else if (kind === 'count') content[name] = Number(text)
    else if (kind === 'instant') content[name] = `${text}:00+08:00`
    else content[name] = text
  }
  return content
}

export function isComplete(register: RegisterCode, typed: Record<string, string>): boolean {
  return BLANKS[register].every((blank) => blank.optional || (typed[blank.name] ?? '').trim() !== '')
}
