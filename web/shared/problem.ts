/** What a failed call tells: RFC 9457 problem details, or the plain fact that nothing answered. */

export interface ProblemBody {
  type?: string
  title?: string
  status?: number
  detail?: string
  code?: string
  errors?: { pointer?: string; code?: string; detail?: string }[]
  reason?: { code?: string; title?: string; how_to?: string }
}

/** The server answered with an error. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly body: ProblemBody
  /** Seconds the server asked us to wait, if it did. */
  readonly retryAfterS: number | null

  constructor(status: number, body: ProblemBody, retryAfterS: number | null = null) {
    super(body.detail ?? body.title ?? `HTTP ${String(status)}`)
    this.name = 'ApiProblem'
    this.status = status
    this.code = body.code ?? ''
    this.body = body
    this.retryAfterS = retryAfterS
  }

  /** The server's own words, for a person: title, detail and the fields at fault. */
  get words(): string {
    const parts = [this.body.title, this.body.detail, this.body.reason?.title, this.body.reason?.how_to]
    for (const error of this.body.errors ?? []) {
      if (error.detail) parts.push(error.pointer ? `${error.pointer}: ${error.detail}` : error.detail)
    }
    return [...new Set(parts.filter((part): part is string => Boolean(part)))].join('\n')
  }
}

/** No answer came: no network, a server that is down, or a cut connection. */
export class NoAnswer extends Error {
  constructor(cause: unknown) {
    super('no answer', { cause })
    this.name = 'NoAnswer'
  }
}

/** The person must sign in again; nothing is wrong with what they sent. */
export class SignInNeeded extends Error {
  constructor() {
    super('sign-in needed')
    this.name = 'SignInNeeded'
  }
}

const PASSING = new Set([408, 425, 429, 500, 502, 503, 504])

/** True where the same call may succeed later without a change by the person. */
export function isPassing(failure: unknown): boolean {
  if (failure instanceof NoAnswer || failure instanceof SignInNeeded) return true
  if (!(failure instanceof ApiProblem)) return false
  if (PASSING.has(failure.status)) return true
  // 409 while the first sending of the same Idempotency-Key is still being worked on.
  return failure.status === 409 && failure.code.startsWith('idempotency')
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? '')
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

/** Reads the error out of an answer; an answer that is no problem document still gives its status. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  let body: ProblemBody = {}
  if ((response.headers.get('Content-Type') ?? '').includes('json')) {
    try {
      body = (await response.json()) as ProblemBody
    } catch {
      body = {}
    }
  }
  return new ApiProblem(response.status, body, retryAfter(response))
}
