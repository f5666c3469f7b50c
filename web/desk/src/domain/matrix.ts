/** The authority matrix as a table: a row for each field, a column for each who speaks. */

import type { AuthorityRank } from '@shared/api-systems'
import { DOMAINS } from '@shared/api-types'

export const SPEAKERS = [...DOMAINS, 'resident'] as const

export const keyOf = (field: string, domain: string): string => `${field}/${domain}`

export function cellsOf(ranks: AuthorityRank[]): Map<string, AuthorityRank> {
  return new Map(ranks.map((cell) => [keyOf(cell.field, cell.domain), cell]))
}

/** What a draft changes of its base: only cells whose rank is another now. */
export function changesOf(base: Map<string, AuthorityRank>, edited: Map<string, number>): AuthorityRank[] {
  return [...edited].flatMap(([key, rank]) => {
    const before = base.get(key)
    if (before?.rank === rank) return []
    const [field = '', domain = ''] = key.split('/')
    return [{ field, domain, rank, max_age_days: before?.max_age_days ?? null }]
  })
}
