import { gunzipSync, gzipSync } from 'node:zlib'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let staff: Account

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
  for (let count = 0; count < 8; count += 1) await service.createCustomer(staff.token)
})
afterAll(() => service.close())

const send = (options: InjectOptions) =>
  service.app.inject({
    ...options,
    headers: { authorization: `Bearer ${staff.token}`, ...options.headers },
  })
const live = (headers: Record<string, string> = {}) =>
  service.app.inject({ method: 'GET', url: '/health/live', headers })

describe('content codings', () => {
  it('compresses long answers on request, and no others', async () => {
    const list = (encoding: string) =>
      send({ method: 'GET', url: '/v1/users', headers: { 'accept-encoding': encoding } })
    const packed = await list('gzip')
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(packed.headers['vary']).toMatch(/accept-encoding/i)
    const plain = await list('identity')
    expect(plain.headers).not.toHaveProperty('content-encoding')
    expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body)
    const short = await live({ 'accept-encoding': 'gzip' })
    expect(short.headers).not.toHaveProperty('content-encoding')
  })

  it.each([
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['*', 'gzip'],
    ['br, *;q=0.1', 'gzip'],
    ['identity;q=0, gzip;q=0.5', 'gzip'],
    ['gzip;q=0.5, identity', undefined],
    ['gzip;q=0', undefined],
    ['gzip;q=0, *', undefined],
    ['br', undefined],
    ['', undefined],
    ['*;q=0', undefined],
    ['identity;q=0', undefined],
  ])('answers Accept-Encoding: %s with the coding %s', async (accepted, coding) => {
    const headers = { 'accept-encoding': accepted }
    for (const url of ['/v1/users', '/openapi.json']) {
      const answer = await send({ method: 'GET', url, headers })
      expect([answer.statusCode, answer.headers['content-encoding']]).toEqual([200, coding])
      expect(answer.headers['vary']).toBe('accept-encoding')
    }
  })

  it('tells caches that answers depend on Accept-Encoding where any of them do', async () => {
    for (const url of ['/v1/users', '/nothing', '/openapi.yaml', '/health/live']) {
      expect((await send({ method: 'GET', url })).headers['vary'], url).toBe('accept-encoding')
    }
    const record = await send({ method: 'GET', url: '/v1/me' })
    expect(record.headers).not.toHaveProperty('vary')
  })

  it.each([
    ['GZIP', true, 401],
    ['x-gzip', true, 401],
    ['gzip, identity', true, 401],
    ['Identity', false, 401],
    ['', false, 401],
    ['gzip, gzip', true, 415],
    ['compress', false, 415],
    ['gzip', false, 400],
  ])(
    'takes a body of Content-Encoding: %s (packed: %s) with %i',
    async (coding, packed, status) => {
      const json = JSON.stringify({ username: 'nobody.here', password: 'some password' })
      const answer = await send({
        method: 'POST',
        url: '/v1/login',
        headers: { 'content-type': 'application/json', 'content-encoding': coding },
        payload: packed ? gzipSync(json) : json,
      })
      expect(answer.statusCode).toBe(status)
      expect(answer.headers['accept-encoding']).toBe(status === 415 ? 'gzip, identity' : undefined)
    },
  )
})
