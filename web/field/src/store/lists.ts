/** Lists that are shown from the phone at once and then read anew from the server. */

import { ref, type Ref, shallowRef, type ShallowRef } from 'vue'

import type { CatalogueField, CodeSet, Verification } from '@shared/api-registry'
import type { Area, Household, Today, Whistle } from '@shared/api-types'
import { ApiProblem } from '@shared/problem'

import { api, database, session, usesCopy } from '../app'
import { ownGrid } from './search'

export interface Loaded<T> {
  value: ShallowRef<T | null>
  /** Milliseconds; when the shown copy was read from the server. */
  readAt: Ref<number | null>
  isCopy: Ref<boolean>
  isLoading: Ref<boolean>
  /** The server's words where it refused. */
  problem: Ref<string>
  load: () => Promise<void>
}

function loaded<T>(
  fromPhone: () => Promise<{ value: T | null; readAt: number | null }>,
  fromServer: () => Promise<T>,
): Loaded<T> {
  const value = shallowRef<T | null>(null)
  const readAt = ref<number | null>(null)
  const isCopy = ref(false)
  const isLoading = ref(false)
  const problem = ref('')

  async function load(): Promise<void> {
    isLoading.value = true
    problem.value = ''
    if (value.value === null) {
      const copy = await fromPhone()
      value.value = copy.value
      readAt.value = copy.readAt
    }
    try {
      value.value = await fromServer()
      readAt.value = Date.now()
      isCopy.value = false
    } catch (failure) {
      isCopy.value = true
      if (!usesCopy(failure)) problem.value = failure instanceof ApiProblem ? failure.words : String(failure)
    } finally {
      isLoading.value = false
    }
  }
  return { value, readAt, isCopy, isLoading, problem, load }
}

/** Grids to choose from for an officer whose area is larger than one grid. */
export async function gridsWithin(area: string): Promise<Area[]> {
  return api.all<Area>('/registry/v1/areas', { query: { within: area, level: 'grid', limit: 200 } })
}

export const grid = ref<string | null>(null)

/** The grid to show: the account's own, or the one chosen last on this phone. */
export async function rememberGrid(): Promise<void> {
  const own = ownGrid(session.profile?.areas ?? [])
  grid.value = own ?? (await database.meta('grid')) ?? null
}

export const households = loaded<Household[]>(
  async () => {
    const value = await database.households()
    return { value: value.length > 0 ? value : null, readAt: (await database.meta('fetched_at')) ?? null }
  },
  async () => {
    if (grid.value === null) await rememberGrid()
    const code = grid.value
    if (code === null) return []
    const items = await api.all<Household>(`/registry/v1/grids/${code}/households`, {
      query: { limit: 200 },
      purpose: 'verification',
    })
    await database.replaceHouseholds(items, code, Date.now())
    return items
  },
)

export const today = loaded<Today>(
  async () => {
    const value = (await database.meta('today')) ?? null
    return { value, readAt: value ? Date.parse(value.as_of) : null }
  },
  async () => {
    // An officer who looks through this app has no grid worker's day.
    if (!session.profile?.roles.includes('grid_worker')) return { as_of: new Date().toISOString(), items: [] }
    const value = await api.get<Today>('/tasks/v1/today', { purpose: 'case_handling' })
    await database.setMeta('today', value)
    return value
  },
)

export const whistles = loaded<Whistle[]>(
  async () => ({ value: (await database.meta('whistles')) ?? null, readAt: null }),
  async () => {
    const page = await api.get<{ items: Whistle[] }>('/tasks/v1/whistles', {
      query: { mine: true, limit: 50 },
      purpose: 'case_handling',
    })
    await database.setMeta('whistles', page.items)
    return page.items
  },
)

/** Where sources contradict each other about somebody in the grid. */
export const checks = loaded<Verification[]>(
  async () => ({ value: (await database.meta('checks')) ?? null, readAt: (await database.meta('fetched_at')) ?? null }),
  async () => {
    if (grid.value === null) await rememberGrid()
    const code = grid.value
    if (code === null) return []
    const items = await api.all<Verification>('/registry/v1/verifications', {
      query: { within: code, state: 'open', limit: 200 },
      purpose: 'verification',
    })
    await database.setMeta('checks', items)
    return items
  },
)

/** Names of fields and words of codes; reference data of the release. */
export const catalogue = loaded<{ fields: CatalogueField[]; sets: CodeSet[] }>(
  async () => ({ value: (await database.meta('catalogue')) ?? null, readAt: null }),
  async () => {
    const [fields, sets] = await Promise.all([
      api.get<{ items: CatalogueField[] }>('/registry/v1/fields'),
      api.get<{ items: CodeSet[] }>('/registry/v1/code-sets'),
    ])
    const value = { fields: fields.items, sets: sets.items }
    await database.setMeta('catalogue', value)
    return value
  },
)

/** Reads anew what something recorded by the outbox has changed. */
export async function readAnew(kind: 'resolve' | 'life_event'): Promise<void> {
  const isResolved = kind === 'resolve'
  await Promise.all([households.load(), ...(isResolved ? [checks.load(), today.load()] : [])])
}

/** Nothing of the last person stays on the screen. */
export function forgetLists(): void {
  grid.value = null
  for (const list of [households, today, whistles, checks]) {
    list.value.value = null
    list.readAt.value = null
    list.problem.value = ''
  }
}
