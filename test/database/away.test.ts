import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { expectProblem } from '../setup/http/problem.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let staff: Account

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
})
afterAll(async () => {
  await service.app.close()
  await service.services.close()
})

const REQUESTS: ['GET' | 'POST', string, object?][] = [
  ['GET', '/v1/me'],
  ['GET', '/v1/users'],
  ['POST', '/v1/login', { username: 'somebody', password: 'some password' }],
  ['POST', '/v1/register', { username: 'somebody', password: 'some password' }],
  ['POST', '/v1/token/refresh', { refresh_token: 'some token' }],
]

const send = (method: 'GET' | 'POST', url: string, payload?: object) =>
  service.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${staff.token}` },
    ...(payload && { payload }),
  })

describe('metrics of a database that answers', () => {
  it('report how many rows wait', async () => {
    expect((await service.call('getMetrics')).body).toMatch(/^passbook_outbox_rows 0$/m)
  })
})

describe('an unexpected error', () => {
  it('is answered with 500, revealing no internals', async () => {
    const failing = vi
      .spyOn(service.services.users, 'get')
      .mockRejectedValue(new Error('column "secret" of relation "users" does not exist'))
    const answer = await send('GET', '/v1/me')
    failing.mockRestore()
    expectProblem(answer, 500, 'internal_error')
    expect(answer.body).not.toMatch(/secret|relation|users|node_modules|\.ts/)
  })
})

describe('an unavailable database', () => {
  beforeAll(async () => {
    for (const request of REQUESTS) await send(...request)
    await service.database.drop()
  })

  it.each<(typeof REQUESTS)[number]>(REQUESTS)(
    'makes %s %s answer 503, revealing no internals',
    async (method, url, payload) => {
      const answer = await send(method, url, payload)
      expectProblem(answer, 503, 'database_unavailable')
      expect(answer.headers['retry-after']).toBe('1')
      expect(answer.body).not.toMatch(/postgres|prisma|test_|127\.0\.0\.1|select|\.ts/i)
    },
  )

  it('still makes requests without a token get 401', async () => {
    expect((await service.app.inject({ method: 'GET', url: '/v1/me' })).statusCode).toBe(401)
  })

  it('leaves the process alive but not ready', async () => {
    expect((await service.call('getLiveness')).status).toBe(200)
    const { status, body } = await service.call('getReadiness')
    expect(status).toBe(503)
    expect(body).toMatchObject({
      status: 'unavailable',
      dependencies: { database: { status: 'unavailable' }, cache: { status: 'ok' } },
    })
    expect(JSON.stringify(body)).not.toMatch(/postgres|127\.0\.0\.1|test_/i)
  })

  it('leaves the metrics that do not need it', async () => {
    const { status, body } = await service.call('getMetrics')
    expect(status).toBe(200)
    expect(body).toContain('passbook_http_request_duration_seconds_count')
    expect(body).toContain('process_cpu_seconds_total')
    expect(body).not.toMatch(/^passbook_outbox_rows/m)
  })
})
