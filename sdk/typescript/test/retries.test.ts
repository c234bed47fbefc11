import {
  ConnectionError,
  createPassbook,
  createUser,
  getLiveness,
  getMe,
  listUsers,
  type Passbook,
  previewTransaction,
} from 'passbook-sdk'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useServed } from './setup/served.ts'

const { cast, as, url } = useServed()
afterEach(() => {
  vi.useRealTimers()
})

type Answer = Response | Error | 'pass'

/** Gives these answers in turn, then those of the service; `pass`: those of the service. */
function scripted(...answers: Answer[]) {
  const sent: Request[] = []
  return {
    sent,
    keys: () => new Set(sent.map(({ headers }) => headers.get('idempotency-key'))),
    async fetch(request: Request): Promise<Response> {
      const answer = sent.push(request) > answers.length ? 'pass' : answers[sent.length - 1]
      if (answer instanceof Error) throw answer
      return answer instanceof Response ? answer : await fetch(request)
    },
  }
}

/** Has the service do it, and loses its answer. */
function losing(times: number) {
  const sent: Request[] = []
  return {
    sent,
    async fetch(request: Request): Promise<Response> {
      const response = await fetch(request)
      if (sent.push(request) <= times) throw new TypeError('fetch failed')
      return response
    },
  }
}

const refusal = (status: number, code: string, seconds?: number) =>
  Response.json(
    { type: 'about:blank', title: code, status, code, detail: code, request_id: 'r-1' },
    { status, headers: seconds === undefined ? {} : { 'retry-after': String(seconds) } },
  )
const busy = (seconds = 0) => refusal(503, 'overloaded', seconds)

/** With the account's token as it is: no logins among what is sent. */
const using = ({ fetch }: { readonly fetch: (request: Request) => Promise<Response> }, limit = 4) =>
  createPassbook({
    baseUrl: url(),
    fetch,
    retry: { limit },
    credentials: { kind: 'apiKey', key: cast.staff.token },
  })

const someone = () => ({ name: 'Ada', email: `${crypto.randomUUID()}@example.com` })

async function count(client: Passbook, email: string): Promise<number> {
  return (await listUsers({ client, query: { email } })).data.length
}

describe('what is sent again', () => {
  it.each([429, 502, 503, 504])('a request that was answered with %i', async (status) => {
    const script = scripted(refusal(status, 'later', 0), refusal(status, 'later', 0))
    expect((await getMe({ client: using(script) })).data.id).toBe(cast.staff.id)
    expect(script.sent).toHaveLength(3)
  })

  it('creates once, under one key, when answers are lost', async () => {
    const loss = losing(2)
    const body = someone()
    const { response } = await createUser({ client: using(loss), body })
    expect(response.headers.get('idempotency-replayed')).toBe('true')
    expect(new Set(loss.sent.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1)
    expect(loss.sent).toHaveLength(3)
    expect(await count(as(cast.staff), body.email)).toBe(1)
  })

  it('waits while its first attempt is still under way', async () => {
    const script = scripted(new TypeError('lost'), refusal(409, 'idempotency_key_in_use'), 'pass')
    await createUser({ client: using(script), body: someone() })
    expect(script.sent).toHaveLength(3)
    expect(script.keys().size).toBe(1)
  })

  it('takes a new key for each call, and the key of the caller', async () => {
    const script = scripted()
    const client = using(script)
    await createUser({ client, body: someone() })
    await createUser({ client, body: someone() })
    await createUser({ client, body: someone(), headers: { 'Idempotency-Key': 'mine' } })
    expect([...script.keys()]).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
      'mine',
    ])
    expect(script.keys().size).toBe(3)
  })
})

describe('what is sent once', () => {
  const preview = (client: Passbook) =>
    previewTransaction({
      client,
      body: {
        user_id: cast.user.id,
        transaction_date: '2026-01-01',
        transaction_amount: '1.00',
        transaction_type: 'credit',
      },
    })

  it('a POST without a key whose answer was lost', async () => {
    const loss = losing(1)
    await expect(preview(using(loss))).rejects.toThrow(ConnectionError)
    expect(loss.sent).toHaveLength(1)
  })

  it('a POST without a key that may have been done', async () => {
    const script = scripted(refusal(503, 'database_unavailable', 0))
    await expect(preview(using(script))).rejects.toMatchObject({ code: 'database_unavailable' })
    expect(script.sent).toHaveLength(1)
  })

  it('what is refused for good, and a conflict', async () => {
    const script = scripted()
    const client = using(script)
    const body = someone()
    await createUser({ client, body })
    await expect(createUser({ client, body })).rejects.toMatchObject({ code: 'email_taken' })
    await expect(createUser({ client, body: { ...body, name: '' } })).rejects.toMatchObject({
      status: 422,
    })
    expect(script.sent).toHaveLength(3)
  })
})

describe('how long', () => {
  it('until the limit; then the problem is thrown', async () => {
    const script = scripted(busy(), busy(), busy())
    await expect(getMe({ client: using(script, 2) })).rejects.toMatchObject({
      name: 'Problem',
      status: 503,
      code: 'overloaded',
      retryAfter: 0,
      requestId: 'r-1',
    })
    expect(script.sent).toHaveLength(3)
  })

  it('not before Retry-After, and not much after it', async () => {
    vi.useFakeTimers()
    const script = scripted(busy(20), Response.json({ status: 'ok' }))
    const answer = getLiveness({ client: using(script) })
    await vi.advanceTimersByTimeAsync(19_990)
    expect(script.sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(5_010)
    expect(script.sent).toHaveLength(2)
    expect((await answer).data).toEqual({ status: 'ok' })
  })

  it('not when Retry-After asks for more than a minute', async () => {
    const script = scripted(busy(3_600))
    await expect(getMe({ client: using(script) })).rejects.toMatchObject({ retryAfter: 3_600 })
    expect(script.sent).toHaveLength(1)
  })

  it('backs off further each time, by chance', async () => {
    vi.useFakeTimers()
    const lost = new TypeError('lost')
    const script = scripted(lost, lost, lost, Response.json({ status: 'ok' }))
    const answer = getLiveness({ client: using(script) })
    const begun = Date.now()
    const at: number[] = []
    for (let seen = 0; seen < 4; await vi.advanceTimersByTimeAsync(5)) {
      if (script.sent.length === seen) continue
      seen = script.sent.length
      at.push(Date.now() - begun)
    }
    await answer
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0))
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(100 * 2 ** index - 10)
      expect(pause).toBeLessThanOrEqual(200 * 2 ** index + 10)
    }
  })

  it('gives up on an answer that does not come', async () => {
    const fetch = ({ signal }: Request) =>
      new Promise<Response>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    const client = createPassbook({
      baseUrl: url(),
      fetch,
      timeoutSeconds: 0.02,
      retry: { limit: 1 },
    })
    await expect(getLiveness({ client })).rejects.toThrow('No answer came within 0.02 s.')
  })

  it('ends at once when the caller leaves', async () => {
    const leave = new AbortController()
    const script = scripted(busy(30))
    const answer = getMe({ client: using(script), signal: leave.signal })
    await vi.waitFor(() => expect(script.sent).toHaveLength(1))
    leave.abort(new Error('left'))
    await expect(answer).rejects.toThrow('left')
  })

  it('names the reason when nobody listens', async () => {
    const client = createPassbook({ baseUrl: 'http://127.0.0.1:1', retry: { limit: 0 } })
    await expect(getLiveness({ client })).rejects.toMatchObject({
      name: 'ConnectionError',
      message: 'The service cannot be reached.',
      cause: expect.any(TypeError),
    })
  })
})
