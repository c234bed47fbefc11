import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectProblem } from '../setup/http/problem.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

/** Requests per minute; strict operations allow a fiftieth, rounded up. */
const LIMIT = 100
const STRICT = 2

let service: TestService
let user: Account
let other: Account

beforeAll(async () => {
  service = await startTestService({
    env: { RATE_LIMIT_PER_MINUTE: String(LIMIT), TRUST_PROXY: 'loopback' },
  })
  // Create accounts from separate addresses, so that this uses up no request of the tests.
  user = await service.createAccount()
  other = await service.createAccount()
})
afterAll(() => service.close())

const from = (address: string, token?: string) => ({
  headers: {
    'x-forwarded-for': address,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  },
})
const inject = (url: string, address: string, token?: string) =>
  service.app.inject({ method: 'GET', url, ...from(address, token) })
const useUp = async (send: () => Promise<{ readonly statusCode: number }>, count: number) => {
  for (let sent = 0; sent < count; sent += 1) expect((await send()).statusCode).not.toBe(429)
}

describe('requests of an account', () => {
  it('are counted from all addresses together, and refused over the limit', async () => {
    const first = await inject('/v1/me', '10.1.0.1', user.token)
    expect(first.headers).toMatchObject({
      'ratelimit-policy': `"normal";q=${LIMIT};w=60`,
      ratelimit: expect.stringMatching(new RegExp(`^"normal";r=${LIMIT - 1};t=\\d+$`)),
      'ratelimit-limit': String(LIMIT),
      'ratelimit-remaining': String(LIMIT - 1),
      'ratelimit-reset': expect.stringMatching(/^([1-9]|[1-5]\d|60)$/),
    })
    let host = 0
    await useUp(() => inject('/v1/me', `10.1.1.${++host}`, user.token), LIMIT - 1)
    const refused = await inject('/v1/me', '10.1.2.1', user.token)
    expectProblem(refused, 429, 'rate_limited')
    expect(refused.headers['ratelimit-remaining']).toBe('0')
    expect(refused.headers['retry-after']).toBe(refused.headers['ratelimit-reset'])
  })

  it('are counted even if the account lacks permission', async () => {
    const { statusCode, headers } = await inject('/v1/users', '10.1.3.1', other.token)
    const next = await inject('/v1/me', '10.1.3.2', other.token)
    expect(statusCode).toBe(403)
    expect(Number(next.headers['ratelimit-remaining'])).toBe(
      Number(headers['ratelimit-remaining']) - 1,
    )
  })

  it('do not count against another account at the same address', async () => {
    expect((await inject('/v1/me', '10.1.2.1', other.token)).statusCode).toBe(200)
  })
})

describe('requests without an account', () => {
  it('are counted by address, even if they are invalid', async () => {
    const wrong = [
      () => inject('/v1/me', '10.2.0.1'),
      () => inject('/v1/me', '10.2.0.1', 'no token'),
      () => inject('/v1/nothing/here', '10.2.0.1'),
      () => inject('/wp-login.php', '10.2.0.1', user.token),
      () => inject('/v1/login', '10.2.0.1'),
    ]
    let next = 0
    await useUp(() => (wrong[next++ % wrong.length] as (typeof wrong)[0])(), LIMIT)
    for (const send of wrong) expectProblem(await send(), 429, 'rate_limited')
    expect((await inject('/v1/me', '10.2.0.2')).statusCode).toBe(401)
    expect((await inject('/v1/me', '10.2.0.1', other.token)).statusCode).toBe(200)
  })

  it('count an IPv6 network as one address', async () => {
    let host = 0
    await useUp(() => inject('/v1/me', `2001:db8:0:1::${(++host).toString(16)}`), LIMIT)
    expect((await inject('/v1/me', '2001:db8:0:1:ffff::1')).statusCode).toBe(429)
    expect((await inject('/v1/me', '2001:db8:0:2::1')).statusCode).toBe(401)
  })
})

describe('strict operations', () => {
  const post = (url: string, address: string) =>
    service.app.inject({ method: 'POST', url, payload: {}, ...from(address) })

  it.each(['/v1/register', '/v1/login'])('allow fewer requests: %s', async (url) => {
    await useUp(() => post(url, '10.3.0.1'), STRICT)
    const refused = await post(url, '10.3.0.1')
    expectProblem(refused, 429, 'rate_limited')
    expect(refused.headers['ratelimit-limit']).toBe(String(STRICT))
    expect((await inject('/v1/me', '10.3.0.1')).statusCode).toBe(401)
  })
})

it('health and the document are not counted', async () => {
  for (const url of ['/health/live', '/openapi.json', '/docs/']) {
    const { statusCode, headers } = await inject(url, '10.2.0.1')
    expect([statusCode, headers['ratelimit-limit']]).toEqual([200, undefined])
  }
})
