/** A job of the registry (import, reconciliation, export) that is looked at until it has ended. */

import { onBeforeUnmount, ref, type Ref, shallowRef, type ShallowRef } from 'vue'

import type { Purpose } from '@shared/http'
import { randomId } from '@shared/ids'

import { api, wordsOf } from './app'

const POLL_MS = 1500

export interface Job {
  id: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled'
}

export function useJob<T extends Job>(path: string): {
  job: ShallowRef<T | null>
  problem: Ref<string>
  isRunning: () => boolean
  open: (id: string) => Promise<void>
  show: (found: T) => void
  cancel: () => Promise<void>
} {
  const job = shallowRef(null) as ShallowRef<T | null>
  const problem = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined

  const isRunning = (): boolean => job.value?.state === 'queued' || job.value?.state === 'running'

  async function open(id: string): Promise<void> {
    try {
      const found = await api.get<T>(`${path}/${id}`)
      problem.value = ''
      show(found)
    } catch (failure) {
      problem.value = wordsOf(failure)
      // A passing failure ends no job: it is looked at again.
      if (isRunning()) timer = setTimeout(() => void open(id), POLL_MS * 2)
    }
  }

  function show(found: T): void {
    clearTimeout(timer)
    job.value = found
    if (isRunning()) timer = setTimeout(() => void open(found.id), POLL_MS)
  }

  async function cancel(): Promise<void> {
    if (!job.value) return
    try {
      show(await api.send<T>('POST', `${path}/${job.value.id}/cancel`, { idempotencyKey: randomId() }))
    } catch (failure) {
      problem.value = wordsOf(failure)
    }
  }

  onBeforeUnmount(() => {
    clearTimeout(timer)
  })
  return { job, problem, isRunning, open, show, cancel }
}

/** Saves a file of the interface under a name; the file needs a token, so a plain link would not do. */
export async function saveFile(path: string, name: (type: string) => string, purpose?: Purpose, asked?: unknown): Promise<void> {
  const options = { ...(purpose ? { purpose } : {}), json: asked, signal: new AbortController().signal }
  const blob = await api.blob(path, options, asked === undefined ? 'GET' : 'POST')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name(blob.type)
  link.click()
  URL.revokeObjectURL(link.href)
}

/** The ending of a spreadsheet's name by its media type. */
export const sheetEnding = (type: string): string => (type.includes('csv') ? 'csv' : type.includes('ms-excel') ? 'xls' : 'xlsx')
