import { ApiClient } from '@shared/http'
import { multipart } from '@shared/multipart'
import { ApiProblem, NoAnswer, SignInNeeded } from '@shared/problem'
import { StableKey } from '@shared/stable-key'
import { beforeEach, describe, expect, test } from 'vitest'

let asked: { url: string; init: RequestInit }[]
let answers: Response[]

beforeEach(() => {
  asked = []
  answers = []
})

function client(): ApiClient {
  return new ApiClient(
    { accessToken: async () => 'one', renew: async () => 'two' },
    () => 'ko',
    async (url, init) => {
      asked.push({ url: String(url), init: init ?? {} })
      const answer = answers.shift()
      if (!answer) throw new TypeError('no network')
      return answer
    },
  )
}

const headers = (at: number): Record<string, string> => asked[at]?.init.headers as Record<string, string>

describe('calls', () => {
  test('carry token, language, purpose, version and key', async () => {
    answers = [Response.json({ id: 'r' })]
    await client().send('PATCH', '/registry/v1/residents/r', {
      json: { phone: '1' },
      ifMatch: 3,
      idempotencyKey: 'k',
      purpose: 'verification',
    })
    expect(headers(0)).toMatchObject({
      Authorization: 'Bearer one',
      'Accept-Language': 'ko',
      'If-Match': '"3"',
      'Idempotency-Key': 'k',
      'OneGrid-Purpose': 'verification',
      'Content-Type': 'application/json',
    })
  })

  test('a token that is not accepted is renewed once', async () => {
    answers = [new Response('', { status: 401 }), Response.json({ ok: true })]
    expect(await client().get('/x')).toEqual({ ok: true })
    expect(headers(1)['Authorization']).toBe('Bearer two')
    answers = [new Response('', { status: 401 }), new Response('', { status: 401 })]
    await expect(client().get('/x')).rejects.toThrow(SignInNeeded)
  })

  test('an error answer becomes a problem with the words of the server', async () => {
    const body = {
      status: 422,
      code: 'validation-failed',
      title: '内容有误',
      detail: '请更正',
      errors: [{ pointer: '/phone', detail: '号码不对' }],
    }
    answers = [
      new Response(JSON.stringify(body), {
        status: 422,
        headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '7' },
      }),
    ]
    const failure = await client().get('/x').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ApiProblem)
    const problem = failure as ApiProblem
    expect([problem.status, problem.code, problem.retryAfterS]).toEqual([422, 'validation-failed', 7])
    expect(problem.words).toBe('内容有误\n请更正\n/phone: 号码不对')
  })

  test('a page of a broken proxy is still a problem, and silence is no answer', async () => {
    answers = [new Response('<html>', { status: 502, headers: { 'Content-Type': 'text/html' } })]
    await expect(client().get('/x')).rejects.toMatchObject({ status: 502, words: '' })
    await expect(client().get('/x')).rejects.toThrow(NoAnswer)
  })

  test('all pages of a list are read, and a cursor that repeats ends it', async () => {
    answers = [
      Response.json({ items: [1, 2], next: 'a' }),
      Response.json({ items: [3], next: 'b' }),
      Response.json({ items: [4], next: 'b' }),
    ]
    expect(await client().all('/x', { query: { limit: 2 } })).toEqual([1, 2, 3, 4])
    expect(asked.map((call) => call.url)).toEqual(['/x?limit=2', '/x?limit=2&after=a', '/x?limit=2&after=b'])
  })
})

test('a multipart body has the same bytes each time it is sent', async () => {
  const make = (): Blob =>
    multipart(
      [
        { name: 'domain', value: 'health' },
        { name: 'file', value: new Blob(['a,b'], { type: 'text/csv' }), filename: '卫生"表".csv' },
      ],
      'key-1',
    )
  const text = await make().text()
  expect(text).toBe(await make().text())
  expect(text).toBe(
    '--onegrid-key-1\r\nContent-Disposition: form-data; name="domain"\r\n\r\nhealth\r\n' +
      '--onegrid-key-1\r\nContent-Disposition: form-data; name="file"; filename="卫生%22表%22.csv"\r\n' +
      'Content-Type: text/csv\r\n\r\na,b\r\n--onegrid-key-1--\r\n',
  )
  expect(make().type).toBe('multipart/form-data; boundary=onegrid-key-1')
})

test('a key stays with what is sent, until that changes or arrived', () => {
  const key = new StableKey()
  const first = key.for({ a: 1 })
  expect(key.for({ a: 1 })).toBe(first)
  const second = key.for({ a: 2 })
  expect(second).not.toBe(first)
  key.done()
  expect(key.for({ a: 2 })).not.toBe(second)
})
