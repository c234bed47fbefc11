import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestService, type TestService } from '../setup/service.ts'

const TOKEN = 'a token for metrics alone'

let service: TestService
let guarded: TestService

beforeAll(async () => {
  service = await startTestService()
  guarded = await startTestService({ env: { METRICS_TOKEN: TOKEN } })
})
afterAll(async () => {
  await service.close()
  await guarded.close()
})

const from = (remoteAddress: string, headers: Readonly<Record<string, string>> = {}) =>
  service.app.inject({ method: 'GET', url: '/metrics', remoteAddress, headers: { ...headers } })

describe('getMetrics', () => {
  it('answers in the text format of Prometheus', async () => {
    const { status, headers, body } = await service.call('getMetrics')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
    const lines = (body as string).split('\n').filter((line) => line && !line.startsWith('#'))
    expect(lines.length).toBeGreaterThan(50)
    for (const line of lines)
      expect(line).toMatch(/^[a-z][a-z0-9_]+(\{.*\})? (-?[\d.e+-]+|Nan|\+Inf)$/i)
  })

  it('counts requests by operation and status, and shows no data', async () => {
    const account = await service.createAccount()
    await service.call('getUser', { params: { id: 987_654 }, token: account.token })
    await service.app.inject({ method: 'GET', url: '/v1/some-secret-path?email=a@b.example' })
    const { body } = await service.call('getMetrics')
    const count = (labels: string) =>
      new RegExp(`^passbook_http_request_duration_seconds_count{${labels}} 1$`, 'm')
    expect(body).toMatch(count('operation="getUser",status="404"'))
    expect(body).toMatch(count('operation="none",status="404"'))
    expect(body).not.toMatch(/987654|secret-path|b\.example/)
    expect(body).not.toContain(account.username)
  })

  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])(
    'answers %s, which is this machine',
    async (address) => expect((await from(address)).statusCode).toBe(200),
  )

  it.each(['10.0.0.1', '1127.0.0.1', '::ffff:10.0.0.1', '::11', 'fe80::1'])(
    'does not answer %s, which is another',
    async (address) => {
      const answer = await from(address)
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'forbidden'])
    },
  )

  it.each(['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'x-real-ip', 'via'])(
    'does not take a request for local that a proxy passed on with %s',
    async (header) => {
      const answer = await from('127.0.0.1', { [header]: '127.0.0.1' })
      expect(answer.statusCode).toBe(403)
    },
  )

  it('refuses a query parameter', async () => {
    const { body } = await service.call('getMetrics', { query: { name: 'x' } })
    expect(body.errors[0]).toMatchObject({ in: 'query', path: 'name', code: 'unknown_parameter' })
  })
})

describe('getMetrics with METRICS_TOKEN', () => {
  const answer = async (authorization?: string) =>
    guarded.call('getMetrics', authorization === undefined ? {} : { headers: { authorization } })

  it('answers whoever brings the token, from wherever', async () => {
    expect((await answer(`Bearer ${TOKEN}`)).status).toBe(200)
    const remote = await guarded.app.inject({
      method: 'GET',
      url: '/metrics',
      remoteAddress: '10.0.0.1',
      headers: { authorization: `bearer ${TOKEN}`, 'x-forwarded-for': '10.9.9.9' },
    })
    expect(remote.statusCode).toBe(200)
  })

  it.each([undefined, 'Bearer ', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, TOKEN])(
    'refuses %j, from this machine too',
    async (authorization) => {
      const { status, headers } = await answer(authorization)
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toBe('Bearer')
    },
  )

  it('does not take the access token of an admin for it', async () => {
    const admin = await guarded.createAccount('admin')
    expect((await answer(`Bearer ${admin.token}`)).status).toBe(401)
  })
})
