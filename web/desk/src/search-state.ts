/** The last search stays while somebody looks at one resident and comes back; it is gone with the page. */

import { reactive, watch } from 'vue'

import type { Resident } from '@shared/api-registry'

import { session } from './app'
import { emptySearch, type SearchForm } from './domain/search'

export const lastSearch = reactive<SearchForm>(emptySearch(''))

interface Found {
  items: Resident[]
  next: string | null
  count: { value: number; capped: boolean } | null
  isAsked: boolean
}

export const found = reactive<Found>({ items: [], next: null, count: null, isAsked: false })

export function resetSearch(within: string): void {
  Object.assign(lastSearch, emptySearch(within))
  Object.assign(found, { items: [], next: null, count: null, isAsked: false })
}

// Nobody finds what another person searched for on the same screen.
watch(
  () => session.profile?.sub,
  () => {
    resetSearch(session.profile?.areas[0] ?? '')
  },
)
