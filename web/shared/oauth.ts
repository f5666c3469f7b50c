/** OAuth 2 authorization code with PKCE (RFC 7636) for a page that keeps no secret. */

import { NoAnswer, SignInNeeded } from './problem'

const AUTHORIZE = '/identity/v1/authorize'
const TOKEN = '/identity/v1/token'
const REVOKE = '/identity/v1/revoke'

/** Seconds before its end at which a token counts as ended; covers a slow call. */
const EARLY_S = 30

interface Pending {
  state: string
  verifier: string
  redirectUri: string
}

interface TokenAnswer {
  access_token: string
  expires_in?: number
  refresh_token?: string
}

export interface OAuthOptions {
  clientId: 'field' | 'desk'
  redirectUri: string
  store: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  fetcher?: typeof fetch
  now?: () => number
}

/** Base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** 43 characters that only this page knows (RFC 7636 section 4.1). */
export function newVerifier(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** The S256 challenge of a verifier (RFC 7636 section 4.2). */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return base64url(new Uint8Array(digest))
}

/** The sign-in was refused, or the answer does not belong to our question. */
export class SignInFailed extends Error {
  constructor(readonly code: string) {
    super(code)
    this.name = 'SignInFailed'
  }
}

/** The rights one acts with are lent no more: the delegation ended, or was taken back. */
export class DelegationOver extends Error {
  constructor() {
    super('delegation over')
    this.name = 'DelegationOver'
  }
}

async function isOver(response: Response): Promise<boolean> {
  const body = (await response.clone().json().catch(() => ({}))) as { error?: string }
  return body.error === 'invalid_target'
}

/**
 * Holds the access token in memory and the refresh token in the tab's storage.
 *
 * A script from elsewhere that reads storage finds no access token, and closing the tab ends the session.
 */
export class OAuthSession {
  private access: { token: string; endsAt: number } | null = null
  private renewing: Promise<string> | null = null
  private readonly fetcher: typeof fetch
  private readonly now: () => number

  constructor(private readonly options: OAuthOptions) {
    this.fetcher = options.fetcher ?? ((input, init) => fetch(input, init))
    this.now = options.now ?? ((): number => Date.now())
  }

  get isSignedIn(): boolean {
    return this.access !== null || this.refreshToken() !== null
  }

  /** The address of the sign-in page; remembers state and verifier for the way back. */
  async authorizeUrl(locale: string): Promise<string> {
    const pending: Pending = {
      state: base64url(crypto.getRandomValues(new Uint8Array(16))),
      verifier: newVerifier(),
      redirectUri: this.options.redirectUri,
    }
    this.options.store.setItem(this.key('pending'), JSON.stringify(pending))
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: this.options.clientId,
      redirect_uri: pending.redirectUri,
      code_challenge: await challengeOf(pending.verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      ui_locales: locale,
    })
    return `${AUTHORIZE}?${query.toString()}`
  }

  /**
   * Takes the code from the address we came back to.
   *
   * @returns false where the address carries no answer to a sign-in.
   */
  async finish(query: URLSearchParams): Promise<boolean> {
    const code = query.get('code')
    const error = query.get('error')
    if (code === null && error === null) return false
    const stored = this.options.store.getItem(this.key('pending'))
    this.options.store.removeItem(this.key('pending'))
    const pending = stored === null ? null : (JSON.parse(stored) as Pending)
    if (error !== null) throw new SignInFailed(error)
    // An unknown state is somebody else's code (RFC 6749 section 10.12).
    if (code === null || pending === null || pending.state !== query.get('state')) {
      throw new SignInFailed('state_mismatch')
    }
    await this.ask({
      grant_type: 'authorization_code',
      code,
      redirect_uri: pending.redirectUri,
      code_verifier: pending.verifier,
    })
    return true
  }

  async accessToken(): Promise<string> {
    if (this.access !== null && this.access.endsAt - EARLY_S * 1000 > this.now()) return this.access.token
    return this.renewOnce()
  }

  async renew(rejected: string): Promise<string> {
    // Another call may have renewed it while this one was on its way.
    if (this.access !== null && this.access.token !== rejected) return this.access.token
    return this.renewOnce()
  }

  /** Forgets the session here and tells the server; the server being away does not hold the person up. */
  async end(): Promise<void> {
    const token = this.refreshToken()
    this.forget()
    if (token === null) return
    try {
      await this.post(REVOKE, { token, token_type_hint: 'refresh_token', client_id: this.options.clientId })
    } catch {
      // The refresh token ends by itself.
    }
  }

  private forget(): void {
    this.access = null
    this.options.store.removeItem(this.key('refresh'))
    this.options.store.removeItem(this.key('acting'))
  }

  /** One renewal at a time: a refresh token that is used twice counts as stolen and ends the session. */
  private renewOnce(): Promise<string> {
    this.renewing ??= this.renewNow().finally(() => {
      this.renewing = null
    })
    return this.renewing
  }

  private async renewNow(): Promise<string> {
    const refresh = this.refreshToken()
    if (refresh === null) throw new SignInNeeded()
    const delegation = this.options.store.getItem(this.key('acting'))
    const form = { grant_type: 'refresh_token', refresh_token: refresh }
    return this.ask(delegation === null ? form : { ...form, acting_for: delegation })
  }

  /**
   * Goes on with the rights a colleague has lent, or with one's own (null).
   *
   * @throws DelegationOver where they are lent no more; one's own rights go on.
   */
  async act(delegation: string | null): Promise<void> {
    if (delegation === null) this.options.store.removeItem(this.key('acting'))
    else this.options.store.setItem(this.key('acting'), delegation)
    this.access = null
    await this.renewOnce()
  }

  private async ask(form: Record<string, string>): Promise<string> {
    const response = await this.post(TOKEN, { ...form, client_id: this.options.clientId })
    if (response.status >= 500 || response.status === 429) throw new NoAnswer(response.status)
    if (!response.ok) throw await this.refused(response, form)
    const answer = (await response.json()) as TokenAnswer
    this.access = {
      token: answer.access_token,
      endsAt: this.now() + (answer.expires_in ?? 300) * 1000,
    }
    if (answer.refresh_token) this.options.store.setItem(this.key('refresh'), answer.refresh_token)
    return answer.access_token
  }

  /** What a refusal means; all but one end the session here. */
  private async refused(response: Response, form: Record<string, string>): Promise<Error> {
    if (form['acting_for'] !== undefined && (await isOver(response))) {
      // The refresh token was not used up: the next call has one's own rights again.
      this.options.store.removeItem(this.key('acting'))
      return new DelegationOver()
    }
    this.forget()
    return form['grant_type'] === 'refresh_token' ? new SignInNeeded() : new SignInFailed('code_refused')
  }

  private async post(path: string, form: Record<string, string>): Promise<Response> {
    try {
      return await this.fetcher(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
        body: new URLSearchParams(form).toString(),
        cache: 'no-store',
        credentials: 'omit',
      })
    } catch (cause) {
      throw new NoAnswer(cause)
    }
  }

  private refreshToken(): string | null {
    return this.options.store.getItem(this.key('refresh'))
  }

  private key(name: string): string {
    return `onegrid.${this.options.clientId}.${name}`
  }
}
