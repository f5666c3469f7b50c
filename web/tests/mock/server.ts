/** A stand-in for the gateway: serves the built apps and plays the interface in memory. For tests only. */

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

import { type Answer, problem } from './answers'
import { profile } from './people'
import { ROUTES } from './routes'
import { freshState, type MockState } from './state'

const DIST = fileURLToPath(new URL('../../dist', import.meta.url))

/** Stricter than the gateway's own: what passes here passes there. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

export interface Mock {
  url: string
  state: MockState
  /** The server stops answering the interface (pages too) until it is brought back. */
  setDown: (isDown: boolean) => void
  close: () => Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function reply(response: ServerResponse, answer: Answer): void {
  if (answer.raw) {
    response.writeHead(answer.status, { 'Content-Type': answer.raw.type })
    response.end(answer.raw.bytes)
    return
  }
  const type = answer.status >= 400 ? 'application/problem+json' : 'application/json'
  response.writeHead(answer.status, { 'Content-Type': type })
  response.end(JSON.stringify(answer.body ?? {}))
}

function page(path: string, response: ServerResponse): void {
  const wanted = normalize(join(DIST, path.endsWith('/') ? `${path}index.html` : path))
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : null
  if (file === null || !file.startsWith(DIST)) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': POLICY,
  })
  createReadStream(file).pipe(response)
}

/** A sign-in page with one field: who to be. */
function authorize(state: MockState, url: URL, form: URLSearchParams | null, response: ServerResponse): void {
  const query = url.searchParams
  if (form === null) {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
    response.end(
      '<!doctype html><html lang="zh-CN"><title>登录</title><form method="post"><label>用户名 <input name="login"></label><button>登录</button></form>',
    )
    return
  }
  const who = profile(form.get('login') ?? '')
  const back = new URL(query.get('redirect_uri') ?? '/')
  back.searchParams.set('state', query.get('state') ?? '')
  if (who === null) back.searchParams.set('error', 'access_denied')
  else {
    const code = randomUUID()
    state.codes.set(code, { profile: who, challenge: query.get('code_challenge') ?? '' })
    back.searchParams.set('code', code)
  }
  response.writeHead(303, { Location: back.href }).end()
}

function token(state: MockState, form: URLSearchParams): Answer {
  let who = state.tokens.get(form.get('refresh_token') ?? '') ?? null
  if (form.get('grant_type') === 'authorization_code') {
    const issued = state.codes.get(form.get('code') ?? '')
    state.codes.delete(form.get('code') ?? '')
    const proof = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
    who = issued?.challenge === proof ? issued.profile : null
  }
  state.tokens.delete(form.get('refresh_token') ?? '')
  if (who === null) return { status: 400, body: { error: 'invalid_grant' } }
  const access = randomUUID()
  const refresh = randomUUID()
  state.tokens.set(access, who)
  state.tokens.set(refresh, who)
  return {
    status: 200,
    body: { access_token: access, refresh_token: refresh, expires_in: 300, token_type: 'Bearer' },
  }
}

async function api(state: MockState, url: URL, incoming: IncomingMessage): Promise<Answer> {
  const method = incoming.method ?? 'GET'
  const headers = incoming.headers as Record<string, string | undefined>
  const body = await bodyOf(incoming)
  const who = state.tokens.get((headers['authorization'] ?? '').replace('Bearer ', ''))
  if (!who) return problem(401, 'not-signed-in', '请先登录')
  const at = state.refusals.findIndex((refusal) => url.pathname.includes(refusal.path))
  const refusal = at >= 0 ? state.refusals.splice(at, 1)[0] : undefined
  if (refusal) return { status: refusal.status, body: refusal.body }
  const route = ROUTES.find(([wanted, pattern]) => wanted === method && pattern.test(url.pathname))
  if (!route) return problem(404, 'nothing-here', '未找到')
  const found = Array.from(route[1].exec(url.pathname) ?? [])
  const request = { method, path: url.pathname, query: url.searchParams, headers, body, who }
  // A question by POST changes nothing and needs no key.
  const isQuestion = method === 'GET' || /\/(search|lookup|full-export)$/.test(url.pathname)
  if (isQuestion) return route[2](request, state, found)
  return once(state, request, () => route[2](request, state, found))
}

function once(
  state: MockState,
  request: { method: string; path: string; headers: Record<string, string | undefined>; body: Buffer },
  act: () => Answer,
): Answer {
  const key = request.headers['idempotency-key']
  if (!key) return problem(400, 'idempotency-key-required', '缺少 Idempotency-Key')
  const body = request.body.toString('base64')
  const known = state.answers.get(key)
  if (known && known.body !== body) return problem(422, 'idempotency-key-reused', 'Idempotency-Key 已用于另一请求')
  if (known) return { status: known.status, body: known.answer }
  const answer = act()
  if (answer.status < 400) {
    state.answers.set(key, { body, status: answer.status, answer: answer.body })
    state.writes.push({ method: request.method, path: request.path, key, body: request.body.toString() })
  }
  return answer
}

async function handle(state: MockState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://mock')
  if (/^\/(field|desk)\//.test(url.pathname)) page(url.pathname, response)
  else if (url.pathname === '/identity/v1/authorize') {
    const form = request.method === 'POST' ? new URLSearchParams((await bodyOf(request)).toString()) : null
    authorize(state, url, form, response)
  } else if (url.pathname === '/identity/v1/token') {
    reply(response, token(state, new URLSearchParams((await bodyOf(request)).toString())))
  } else if (url.pathname === '/identity/v1/revoke') {
    reply(response, { status: 200 })
  } else if (/^\/(identity|registry|tasks|admission)\//.test(url.pathname)) {
    reply(response, await api(state, url, request))
  } else response.writeHead(404).end()
}

export async function startMock(port = 0): Promise<Mock> {
  const state = freshState()
  let isDown = false
  const server = createServer((request, response) => {
    if (isDown) request.socket.destroy()
    else void handle(state, request, response)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    state,
    setDown: (value) => {
      isDown = value
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
}
