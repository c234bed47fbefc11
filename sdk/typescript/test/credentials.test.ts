import {
  createPassbook,
  deleteSession,
  getMe,
  listSessions,
  login,
  Problem,
  type TokenPair,
} from 'passbook-sdk'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { recorder, useServed } from './setup/served.ts'

const { cast, url, as } = useServed()
afterEach(() => {
  vi.useRealTimers()
})

const REFRESH = 'POST /v1/token/refresh'
const LOGIN = 'POST /v1/login'
const ME = 'GET /v1/me'

/** A pair that another client got. */
async function pairOf({ username, password } = cast.user): Promise<TokenPair> {
  const client = createPassbook({ baseUrl: url() })
  return (await login({ client, body: { username, password } })).data
}

describe('tokens', () => {
  it('logs in once for requests that come together', async () => {
    const { fetch, lines } = recorder()
    const client = as(cast.user, { fetch })
    const answers = await Promise.all([1, 2, 3].map(() => getMe({ client })))
    expect(answers.map(({ data }) => data.id)).toEqual(Array(3).fill(cast.user.id))
    expect(lines()).toEqual([LOGIN, ME, ME, ME])
  })

  it('says that the password is wrong', async () => {
    const client = as({ ...cast.user, password: 'not the password' })
    await expect(getMe({ client })).rejects.toMatchObject({
      name: 'Problem',
      status: 401,
      code: 'invalid_credentials',
    })
  })

  it('refreshes once for all requests that are refused', async () => {
    const { fetch, lines } = recorder()
    const kept: unknown[] = []
    const { refresh_token } = await pairOf()
    const tokens = {
      access_token: 'old',
      refresh_token,
      token_type: 'bearer',
      expires_in: 1,
    } as const
    const client = createPassbook({
      baseUrl: url(),
      fetch,
      credentials: { kind: 'tokens', tokens, onTokens: (pair) => kept.push(pair?.refresh_token) },
    })
    const answers = await Promise.all([1, 2, 3].map(() => getMe({ client })))
    expect(answers.map(({ data }) => data.id)).toEqual(Array(3).fill(cast.user.id))
    expect(lines().filter((line) => line === REFRESH)).toHaveLength(1)
    expect(kept).toEqual([expect.any(String)])
    expect(kept).not.toContain(refresh_token)
  })

  it('refreshes before the access token expires', async () => {
    const { fetch, lines } = recorder()
    const client = as(cast.user, { fetch })
    await getMe({ client })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 899_000 })
    await getMe({ client })
    expect(lines()).toEqual([LOGIN, ME, REFRESH, ME])
  })

  it('logs in again when the session was ended elsewhere', async () => {
    const { fetch, lines } = recorder()
    const client = as(cast.other, { fetch })
    await endSession(client)
    await getMe({ client })
    expect(lines().slice(-4)).toEqual([ME, REFRESH, LOGIN, ME])
  })

  it('forgets tokens of a session that was ended, and throws the problem', async () => {
    const onTokens = vi.fn()
    const tokens = await pairOf(cast.other)
    const client = createPassbook({
      baseUrl: url(),
      credentials: { kind: 'tokens', tokens, onTokens },
    })
    await endSession(client)
    await expect(getMe({ client })).rejects.toThrow(Problem)
    expect(onTokens.mock.calls).toEqual([[undefined]])
  })

  it('ends the session', async () => {
    const tokens = await pairOf()
    const client = createPassbook({ baseUrl: url(), credentials: { kind: 'tokens', tokens } })
    await client.logOut()
    const later = createPassbook({ baseUrl: url(), credentials: { kind: 'tokens', tokens } })
    await expect(getMe({ client: later })).rejects.toMatchObject({ status: 401 })
    await expect(getMe({ client })).rejects.toMatchObject({ status: 401 })
  })
})

async function endSession(client: ReturnType<typeof as>) {
  const { data } = await listSessions({ client })
  const id = data.find(({ current }) => current)?.id as number
  await deleteSession({ client, path: { id } })
}

describe('an API key', () => {
  it('is sent, and its refusal thrown', async () => {
    const body = { name: 'sdk', scopes: ['users:read'] }
    const { body: made } = await cast.service.call('createApiKey', {
      token: cast.admin.token,
      body,
    })
    const client = createPassbook({
      baseUrl: url(),
      credentials: { kind: 'apiKey', key: made.key },
    })
    expect((await getMe({ client })).data.id).toBe(cast.admin.id)
    const wrong = createPassbook({ baseUrl: url(), credentials: { kind: 'apiKey', key: 'pb_no' } })
    await expect(getMe({ client: wrong })).rejects.toMatchObject({ code: 'unauthorized' })
  })
})

describe('a cookie', () => {
  it('is renewed once for all requests that are refused', async () => {
    let cookie = 'old'
    const renew = vi.fn(async () => {
      cookie = cast.user.token
      return true
    })
    const client = createPassbook({
      baseUrl: url(),
      credentials: { kind: 'cookie', headers: { 'x-page': 'console' }, renew },
      // As a browser adds a cookie.
      fetch: (request) => {
        expect(request.headers.get('x-page')).toBe('console')
        request.headers.set('authorization', `Bearer ${cookie}`)
        return fetch(request)
      },
    })
    const answers = await Promise.all([1, 2, 3].map(() => getMe({ client })))
    expect(answers.map(({ data }) => data.id)).toEqual(Array(3).fill(cast.user.id))
    expect(renew).toHaveBeenCalledOnce()
  })
})

it('needs no credentials for what is open to all', async () => {
  await expect(getMe({ client: createPassbook({ baseUrl: url() }) })).rejects.toMatchObject({
    status: 401,
  })
  expect(await pairOf()).toMatchObject({ token_type: 'bearer' })
})
