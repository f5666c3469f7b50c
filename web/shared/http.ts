import { ApiProblem, NoAnswer, problemOf, SignInNeeded } from './problem'

/** Why personal data is read; the server refuses such a read without it and records it. */
export type Purpose =
  | 'public_service'
  | 'statutory_registration'
  | 'verification'
  | 'case_handling'
  | 'resident_request'
  | 'audit'

export interface CallOptions {
  query?: Record<string, string | number | boolean | null | undefined>
  purpose?: Purpose
  ifMatch?: number
  idempotencyKey?: string
  json?: unknown
  /** Media type of `json` where it is not plain JSON. */
  contentType?: string
  /** A ready body with its own media type (multipart). */
  body?: Blob
  signal?: AbortSignal
}

export interface Tokens {
  /** A usable access token; refreshed when it is about to end. Throws SignInNeeded. */
  accessToken(): Promise<string>
  /** The server did not accept this token: a new one, or SignInNeeded. */
  renew(rejected: string): Promise<string>
}

/** Seconds after which a call without an answer is given up: mountain networks hang rather than fail. */
const PATIENCE_S = 30
/** The same for a call that carries a photo, at 10 kB/s. */
const UPLOAD_PATIENCE_S = 120

/** Calls the interface with token, purpose, version and key headers, and turns errors into problems. */
export class ApiClient {
  constructor(
    private readonly tokens: Tokens,
    private readonly locale: () => string,
    private readonly fetcher: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  async get<T>(path: string, options: CallOptions = {}): Promise<T> {
    const response = await this.call('GET', path, options)
    return (await response.json()) as T
  }

  async send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options: CallOptions = {}): Promise<T> {
    const response = await this.call(method, path, options)
    return (response.status === 204 ? undefined : await response.json()) as T
  }

  /** A question that is asked by POST because its words may not stand in an address. */
  post<T>(path: string, options: CallOptions): Promise<T> {
    return this.send<T>('POST', path, options)
  }

  async blob(path: string, options: CallOptions = {}, method: 'GET' | 'POST' = 'GET'): Promise<Blob> {
    return (await this.call(method, path, options)).blob()
  }

  /** Every page of a list, in order. `onPage` may show what has come so far. */
  async all<T>(path: string, options: CallOptions = {}, onPage?: (items: T[]) => void): Promise<T[]> {
    const items: T[] = []
    let after: string | null = null
    do {
      const page: { items: T[]; next: string | null } = await this.get(path, {
        ...options,
        query: { ...options.query, after },
      })
      items.push(...page.items)
      onPage?.(items)
      // A server that repeats its cursor must not hold the phone in a loop.
      after = page.next === after ? null : page.next
    } while (after !== null)
    return items
  }

  private async call(method: string, path: string, options: CallOptions): Promise<Response> {
    const token = await this.tokens.accessToken()
    let response = await this.once(method, path, options, token)
    if (response.status === 401) {
      response = await this.once(method, path, options, await this.tokens.renew(token))
    }
    if (response.status === 401) throw new SignInNeeded()
    if (!response.ok) throw await problemOf(response)
    return response
  }

  private async once(method: string, path: string, options: CallOptions, token: string): Promise<Response> {
    const seconds = options.body ? UPLOAD_PATIENCE_S : PATIENCE_S
    // Chrome before 103 has no such signal; there the browser's own limit holds.
    const patience = AbortSignal.timeout ? AbortSignal.timeout(seconds * 1000) : undefined
    const signal = options.signal ?? patience
    try {
      return await this.fetcher(withQuery(path, options.query), {
        method,
        headers: this.headers(options, token),
        cache: 'no-store',
        credentials: 'omit',
        ...(options.body ? { body: options.body } : {}),
        ...(options.json === undefined ? {} : { body: JSON.stringify(options.json) }),
        ...(signal ? { signal } : {}),
      })
    } catch (cause) {
      throw new NoAnswer(cause)
    }
  }

  private headers(options: CallOptions, token: string): Record<string, string> {
    const headers: Record<string, string> = {
      Accept: 'application/json, application/problem+json',
      'Accept-Language': this.locale(),
      Authorization: `Bearer ${token}`,
    }
    if (options.purpose) headers['OneGrid-Purpose'] = options.purpose
    if (options.ifMatch !== undefined) headers['If-Match'] = `"${String(options.ifMatch)}"`
    if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey
    if (options.json !== undefined) headers['Content-Type'] = options.contentType ?? 'application/json'
    if (options.body) headers['Content-Type'] = options.body.type
    return headers
  }
}

function withQuery(path: string, query: CallOptions['query']): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== '') pairs.set(name, String(value))
  }
  const text = pairs.toString()
  return text ? `${path}?${text}` : path
}

export { ApiProblem }
