import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestService, type TestService } from '../setup/service.ts'

const ORIGINS = ['https://one.example', 'https://two.example'] as const

let service: TestService

beforeAll(async () => {
  service = await startTestService({ env: { CORS_ORIGINS: ORIGINS.join(', ') } })
})
afterAll(() => service.close())

const call = (method: 'GET' | 'OPTIONS', url: string, headers: Readonly<Record<string, string>>) =>
  service.app.inject({ method, url, headers: { ...headers } })

describe('CORS_ORIGINS', () => {
  it.each(ORIGINS)('allows browsers at %s, and exposes the headers of lists', async (origin) => {
    const { headers } = await call('GET', '/health/live', { origin })
    expect(headers['access-control-allow-origin']).toBe(origin)
    expect(headers['vary']).toContain('Origin')
    for (const name of ['link', 'x-total-count', 'x-next-cursor', 'x-request-id', 'location']) {
      expect(headers['access-control-expose-headers']).toContain(name)
    }
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it.each(['https://three.example', 'http://one.example', 'https://one.example.evil', 'null'])(
    'blocks browsers at %s',
    async (origin) => {
      const { headers } = await call('GET', '/health/live', { origin })
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    },
  )

  it.each(['/nothing', '/v1/me'])('lets browsers read errors from %s', async (url) => {
    const { headers } = await call('GET', url, { origin: ORIGINS[0] })
    expect(headers['access-control-allow-origin']).toBe(ORIGINS[0])
  })

  it.each(['GET', 'POST', 'PUT', 'DELETE'])('allows %s in a preflight', async (method) => {
    const { statusCode, headers } = await call('OPTIONS', '/v1/users/7', {
      origin: ORIGINS[1],
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type,x-request-id',
    })
    expect(statusCode).toBe(204)
    expect(headers['access-control-allow-origin']).toBe(ORIGINS[1])
    expect(String(headers['access-control-allow-methods']).split(/, */)).toContain(method)
    expect(headers['access-control-allow-headers']).toContain('authorization')
  })
})

it('CORS_ORIGINS=* allows browsers at any origin', async () => {
  const anywhere = await startTestService({ env: { CORS_ORIGINS: '*' } })
  const headers = { origin: 'https://three.example' }
  const answer = await anywhere.app.inject({ url: '/health/live', headers })
  expect(answer.headers['access-control-allow-origin']).toBe('*')
  await anywhere.close()
})
