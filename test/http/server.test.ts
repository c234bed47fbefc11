import { gzipSync } from 'node:zlib'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectProblem } from '../setup/http/problem.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let staff: Account

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
})
afterAll(() => service.close())

const send = (options: InjectOptions) =>
  service.app.inject({
    ...options,
    headers: { authorization: `Bearer ${staff.token}`, ...options.headers },
  })
const post = (payload: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
  send({
    method: 'POST',
    url: '/v1/users',
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  })

describe('paths', () => {
  it.each(['/v1/me', '/me', '/v1/me/', '/me/', '/me?', 'http://localhost/v1/me'])(
    'answers %s as the same operation',
    async (url) => {
      const answer = await send({ method: 'GET', url })
      expect(answer.statusCode).toBe(200)
      expect(answer.json().id).toBe(staff.id)
    },
  )

  it.each(['/v1', '/v2/me', '/v1/v1/me', '//v1/me', '/v1/ME', '/v1/health/live', '/me/x'])(
    'answers 404 at %s',
    async (url) => expectProblem(await send({ method: 'GET', url }), 404, 'not_found'),
  )

  it('answers an unknown path with 404, whatever the body', async () => {
    const url = '/v1/nothing'
    const headers = { 'content-type': 'text/plain' }
    expectProblem(await send({ method: 'POST', url, payload: 'x', headers }), 404, 'not_found')
  })

  it.each([
    ['PATCH', '/v1/users/7', 'GET, HEAD, PUT, DELETE'],
    ['POST', '/users/7/', 'GET, HEAD, PUT, DELETE'],
    ['DELETE', '/v1/users?q=x', 'GET, HEAD, POST'],
    ['PUT', '/health/live', 'GET, HEAD'],
    ['PUT', '/v1/users/bulk', 'POST'],
    ['GET', '/users/bulk/?x=1', 'POST'],
    ['DELETE', '/v1/users/bulk-delete', 'POST'],
    ['DELETE', '/v1/reports/user-groups', 'GET, HEAD'],
    ['OPTIONS', '/v1/reports/user-groups', 'GET, HEAD'],
    ['PATCH', '/v1/transactions/bulk', 'POST'],
  ] as const)('answers %s %s with 405 and the allowed methods', async (method, url, allow) => {
    const answer = await send({ method, url })
    expectProblem(answer, 405, 'method_not_allowed')
    expect(answer.headers['allow']).toBe(allow)
  })

  it.each(['/v1/users/%', '/v1/users/%zz', '/v1/users/%ff', '/users/%c3%28'])(
    'refuses the invalid encoding of %s',
    async (url) => expectProblem(await send({ method: 'GET', url }), 400, 'bad_request'),
  )

  it('decodes an encoded path', async () => {
    expect((await send({ method: 'GET', url: `/v1/%75sers/${staff.id}` })).statusCode).toBe(200)
  })

  it('refuses a path segment that is too long', async () => {
    const url = `/v1/users/${'1'.repeat(201)}`
    expectProblem(await send({ method: 'GET', url }), 414, 'url_too_long')
  })

  it.each(['page=1&page=2', '__proto__=1', 'constructor=1', 'toString=1', 'page[]=1', '=1'])(
    'refuses the query %s',
    async (query) => {
      const answer = await send({ method: 'GET', url: `/v1/users?${query}` })
      expectProblem(answer, 422, 'validation_failed')
    },
  )
})

describe('bodies', () => {
  it.each([
    ['empty', ''],
    ['not JSON', 'name=x'],
    ['truncated JSON', '{"name":"x"'],
    ['JSON with trailing text', '{} {}'],
    ['JSON with a comment', '{/* */}'],
    ['a key __proto__', '{"__proto__":{"name":"x"}}'],
    ['a key constructor.prototype', '{"constructor":{"prototype":{}}}'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('refuses a body that is %s', async (_, payload) =>
    expectProblem(await post(payload), 400, 'malformed_json'),
  )

  it('refuses a body above 4 MiB, even if only its decompressed size is', async () => {
    const payload = JSON.stringify({ name: 'x'.repeat(4 * 1024 * 1024) })
    expectProblem(await post(payload), 413, 'body_too_large')
    const packed = await post(gzipSync(payload), { 'content-encoding': 'gzip' })
    expectProblem(packed, 413, 'body_too_large')
  })

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/merge-patch+json' },
    { 'content-type': 'nonsense' },
    { 'content-encoding': 'nonsense' },
  ])('refuses a body with %j', async (headers) =>
    expectProblem(await post('{}', headers), 415, 'unsupported_media_type'),
  )

  it.each([
    ['a content type parameter', {}, { 'content-type': 'Application/JSON; charset=utf-8' }],
    ['gzip', {}, { 'content-encoding': 'gzip' }],
    ['a byte order mark', { prefix: '\ufeff' }, {}],
  ])('accepts a body with %s', async (what, { prefix = '' }: { prefix?: string }, headers) => {
    const email = `${what.replaceAll(' ', '.')}@example.com`
    const text = `${prefix}${JSON.stringify({ name: 'Some Body', email })}`
    const answer = await post(what === 'gzip' ? gzipSync(text) : text, headers)
    expect([answer.statusCode, answer.json().email]).toEqual([201, email])
  })

  it('requires a body if the operation takes one', async () => {
    expectProblem(await send({ method: 'POST', url: '/v1/users' }), 422, 'validation_failed')
  })

  it('ignores the type of an empty body if the operation takes none', async () => {
    const headers = { 'content-type': 'application/json' }
    expectProblem(await send({ method: 'DELETE', url: '/users/999999', headers }), 404, 'not_found')
  })
})

describe('headers', () => {
  const live = (headers: Record<string, string> = {}) =>
    service.app.inject({ method: 'GET', url: '/health/live', headers })

  it.each(['a', 'order-7/2:b', '!"#$%&\'()*+,-./~', 'x'.repeat(128)])(
    'keeps the request id %s',
    async (id) => expect((await live({ 'x-request-id': id })).headers['x-request-id']).toBe(id),
  )

  it.each(['', 'two words', 'tab\there', 'é', 'x'.repeat(129), 'a, b'])(
    'replaces the invalid request id %j',
    async (id) => {
      const { headers } = await live({ 'x-request-id': id })
      expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    },
  )

  it('carries the request id in errors too', async () => {
    const headers = { 'x-request-id': 'mine' }
    for (const url of ['/nothing', '/v1/users/%zz', '/v1/users?x=1']) {
      expect((await send({ method: 'GET', url, headers })).json().request_id).toBe('mine')
    }
  })

  it.each(['/v1/me', '/nothing'])('sends security headers from %s', async (url) => {
    const { headers } = await send({ method: 'GET', url })
    expect(headers).toMatchObject({
      'content-security-policy': `default-src 'none';frame-ancestors 'none'`,
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(headers).not.toHaveProperty('strict-transport-security')
    expect(headers).not.toHaveProperty('x-powered-by')
  })

  it('answers HEAD as GET, without the body', async () => {
    const get = await send({ method: 'GET', url: '/v1/me' })
    const head = await send({ method: 'HEAD', url: '/v1/me' })
    expect([head.statusCode, head.body]).toEqual([200, ''])
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
    const anonymous = await service.app.inject({ method: 'HEAD', url: '/v1/me' })
    expect(anonymous.statusCode).toBe(401)
  })

  it('blocks browsers at other origins', async () => {
    const origin = 'https://elsewhere.example'
    const { headers } = await send({ method: 'GET', url: '/v1/me', headers: { origin } })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    const preflight = await send({
      method: 'OPTIONS',
      url: '/v1/users',
      headers: { origin, 'access-control-request-method': 'GET' },
    })
    expect(preflight.headers).not.toHaveProperty('access-control-allow-origin')
  })

  it.each(['application/json', 'text/plain'])(
    'answers OPTIONS with a body of %s as any method that a path does not have',
    async (type) => {
      const headers = { 'content-type': type }
      const answer = await send({ method: 'OPTIONS', url: '/v1/users', headers, payload: '{' })
      expectProblem(answer, 405, 'method_not_allowed')
    },
  )
})
