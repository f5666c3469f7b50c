import type { Profile } from '@shared/api-types'

import type { MockState } from './state'

export interface Request {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string | undefined>
  body: Buffer
  who: Profile
}

export interface Answer {
  status: number
  body?: unknown
  raw?: { type: string; bytes: Buffer }
}

export type Handler = (request: Request, state: MockState, found: string[]) => Answer

export const ok = (body: unknown, status = 200): Answer => ({ status, body })

export function problem(status: number, code: string, title: string, detail = ''): Answer {
  return { status, body: { type: `/problems/${code}`, status, code, title, detail } }
}

export function json(request: Request): Record<string, unknown> {
  return JSON.parse(request.body.toString() || '{}') as Record<string, unknown>
}
