import { base64url, challengeOf, DelegationOver, newVerifier, OAuthSession, SignInFailed } from '@shared/oauth'
import { NoAnswer, SignInNeeded } from '@shared/problem'
import { beforeEach, describe, expect, test } from 'vitest'

class Memory {
  kept = new Map<string, string>()
  getItem = (key: string): string | null => this.kept.get(key) ?? null
  setItem = (key: string, value: string): void => void this.kept.set(key, value)
  removeItem = (key: string): void => void this.kept.delete(key)
}

let store: Memory
let asked: { path: string; form: URLSearchParams }[]
let answers: (Response | Error)[]
let clock: number

const token = (name: string, refresh = `${name}-refresh`): Response =>
  Response.json({ access_token: name, refresh_token: refresh, expires_in: 300 })

function session(): OAuthSession {
  return new OAuthSession({
    clientId: 'field',
    redirectUri: 'https://grid.example/field/',
    store,
    now: () => clock,
    fetcher: async (path, init) => {
      asked.push({ path: String(path), form: new URLSearchParams(String(init?.body)) })
      const answer = answers.shift()
      if (answer === undefined) throw new TypeError('no network')
      if (answer instanceof Error) throw answer
      return answer
    },
  })
}

async function signedIn(): Promise<OAuthSession> {
  const made = session()
  const url = new URL(await made.authorizeUrl('ko'), 'https://grid.example')
  answers = [token('one')]
  await made.finish(new URLSearchParams({ code: 'c', state: url.searchParams.get('state') ?? '' }))
  return made
}

beforeEach(() => {
  store = new Memory()
  asked = []
  answers = []
  clock = 1_000_000
})

describe('PKCE', () => {
  test('the challenge is the one of RFC 7636, appendix B', async () => {
    expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    )
  })

  test('a verifier has 43 characters of the allowed set and is never the same', () => {
    const made = new Set(Array.from({ length: 50 }, newVerifier))
    expect(made.size).toBe(50)
    for (const verifier of made) expect(verifier).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('base64url has no padding and none of the signs that addresses spoil', () => {
    expect(base64url(new Uint8Array([251, 255, 191]))).toBe('-_-_')
    expect(base64url(new Uint8Array([1]))).toBe('AQ')
  })
})

describe('signing in', () => {
  test('asks for a code with challenge, state and language', async () => {
    const url = new URL(await session().authorizeUrl('ko'), 'https://grid.example')
    expect(url.pathname).toBe('/identity/v1/authorize')
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'field',
      redirect_uri: 'https://grid.example/field/',
      code_challenge_method: 'S256',
      ui_locales: 'ko',
    })
  })

  test('exchanges the code with the verifier, and keeps the access token out of the storage', async () => {
    const made = await signedIn()
    expect(asked[0]?.form.get('grant_type')).toBe('authorization_code')
    expect(asked[0]?.form.get('code_verifier')).toMatch(/^.{43}$/)
    expect(await made.accessToken()).toBe('one')
    expect([...store.kept.values()]).toEqual(['one-refresh'])
  })

  test('refuses a code that answers no question of ours', async () => {
    const made = session()
    await made.authorizeUrl('ko')
    await expect(made.finish(new URLSearchParams({ code: 'c', state: 'other' }))).rejects.toThrow(SignInFailed)
    expect(asked).toEqual([])
    // The question is spent: the same answer cannot be tried again.
    await expect(made.finish(new URLSearchParams({ code: 'c', state: 'other' }))).rejects.toThrow(SignInFailed)
  })

  test('an address without an answer is no sign-in', async () => {
    expect(await session().finish(new URLSearchParams('tab=1'))).toBe(false)
  })

  test('tells the error of the sign-in page', async () => {
    await expect(session().finish(new URLSearchParams({ error: 'access_denied' }))).rejects.toThrow('access_denied')
  })
})

describe('renewing', () => {
  test('an ending token is renewed before it is used, and the refresh token rotates', async () => {
    const made = await signedIn()
    clock += 271_000
    answers = [token('two')]
    expect(await made.accessToken()).toBe('two')
    expect(asked[1]?.form.get('refresh_token')).toBe('one-refresh')
    expect([...store.kept.values()]).toEqual(['two-refresh'])
  })

  test('many calls at once renew once', async () => {
    const made = await signedIn()
    clock += 400_000
    answers = [token('two')]
    expect(await Promise.all([made.accessToken(), made.accessToken(), made.renew('one')])).toEqual(['two', 'two', 'two'])
    expect(asked).toHaveLength(2)
  })

  test('a token that another call has renewed already is not renewed again', async () => {
    const made = await signedIn()
    expect(await made.renew('older')).toBe('one')
    expect(asked).toHaveLength(1)
  })

  test('a refused refresh token ends the session', async () => {
    const made = await signedIn()
    clock += 400_000
    answers = [Response.json({ error: 'invalid_grant' }, { status: 400 })]
    await expect(made.accessToken()).rejects.toThrow(SignInNeeded)
    expect(made.isSignedIn).toBe(false)
  })

  test('a missing network or a broken server does not', async () => {
    const made = await signedIn()
    clock += 400_000
    answers = [new TypeError('cut'), new Response('', { status: 502 })]
    await expect(made.accessToken()).rejects.toThrow(NoAnswer)
    await expect(made.accessToken()).rejects.toThrow(NoAnswer)
    expect(made.isSignedIn).toBe(true)
    answers = [token('two')]
    expect(await made.accessToken()).toBe('two')
  })
})

test('signing out forgets here even when the server is away', async () => {
  const made = await signedIn()
  answers = [new TypeError('cut')]
  await made.end()
  expect(made.isSignedIn).toBe(false)
  expect(asked[1]?.path).toBe('/identity/v1/revoke')
  await expect(made.accessToken()).rejects.toThrow(SignInNeeded)
})

describe('acting for somebody else', () => {
  const DELEGATION = '01a20e9a-5452-7f18-87be-978ee83a2e58'
  const refusal = (error: string): Response => Response.json({ error }, { status: 400 })

  test('goes with every renewal until it is given up', async () => {
    const made = await signedIn()
    answers = [token('two'), token('three'), token('four')]
    await made.act(DELEGATION)
    await made.renew('two')
    await made.act(null)
    expect(asked.slice(1).map((call) => call.form.get('acting_for'))).toEqual([DELEGATION, DELEGATION, null])
  })

  test('a delegation that is over leaves one’s own session as it was', async () => {
    const made = await signedIn()
    answers = [refusal('invalid_target'), token('two')]
    await expect(made.act(DELEGATION)).rejects.toBeInstanceOf(DelegationOver)
    expect(await made.accessToken()).toBe('two')
    expect(asked.at(-1)?.form.get('refresh_token')).toBe('one-refresh')
    expect(asked.at(-1)?.form.has('acting_for')).toBe(false)
  })

  test('any other refusal ends the session, as without a delegation', async () => {
    const made = await signedIn()
    answers = [refusal('invalid_grant')]
    await expect(made.act(DELEGATION)).rejects.toBeInstanceOf(SignInNeeded)
    expect(store.kept.size).toBe(0)
  })
})
