import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../../src/database/embedded/port.ts'
import { head, openRaw } from '../setup/http/raw-http.ts'
import { startNginx } from '../setup/servers/nginx.ts'

/** Nothing listens there. */
let nginx: Awaited<ReturnType<typeof startNginx>>

beforeAll(async () => {
  nginx = await startNginx([`http://127.0.0.2:${await findFreePort()}`])
})
afterAll(() => nginx.close())

const LARGE = 5 * 1024 * 1024

/** Sends text and reads the whole answer. */
async function exchange(text: string) {
  const raw = await openRaw(nginx.port)
  raw.send(text)
  const answer = await raw.received(/\r\n\r\n\{[^\r\n]*\}/)
  raw.destroy()
  const [top = '', body = ''] = answer.split('\r\n\r\n')
  const [statusLine = '', ...lines] = top.split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const [name = '', ...value] = line.split(': ')
      return [name.toLowerCase(), value.join(': ')]
    }),
  )
  return { status: Number(statusLine.split(' ')[1]), headers, problem: JSON.parse(body) }
}

describe('what nginx answers itself', () => {
  it.each([
    ['no process', head('GET', '/v1/me'), 502, 'unavailable'],
    ['metrics', head('GET', '/metrics'), 404, 'not_found'],
    ['its own page', head('GET', '/nginx-problem'), 404, 'not_found'],
    ['a large body', head('POST', '/v1/users', { 'content-length': LARGE }), 413, 'body_too_large'],
    ['a long path', head('GET', `/v1/${'x'.repeat(9_000)}`), 414, 'url_too_long'],
    ['large headers', head('GET', '/v1/me', { x: 'x'.repeat(9_000) }), 431, 'headers_too_large'],
    ['no HTTP', 'nonsense\r\n\r\n', 400, 'bad_request'],
    ['no host', 'GET /v1/me HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    ['a method it refuses', head('TRACE', '/v1/me'), 405, 'method_not_allowed'],
    ['an unknown coding', head('POST', '/', { 'transfer-encoding': 'x' }), 501, 'bad_request'],
  ])('is a problem: %s', async (_, text, status, code) => {
    const answer = await exchange(text)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('retry-after')).toBe(status === 502 ? '1' : undefined)
    expect(answer.problem).toEqual({
      status,
      code,
      type: `urn:passbook:problem:${code}`,
      title: expect.stringMatching(/^[A-Z]/),
      detail: expect.stringMatching(/^[A-Z]/),
      request_id: answer.headers.get('x-request-id'),
    })
    expect(answer.problem.request_id).toMatch(/^[0-9a-f]{32}$/)
  })

  it('carries the id that the caller gave, unless it would break the answer', async () => {
    const given = await exchange(head('GET', '/v1/me', { 'x-request-id': 'order-7' }))
    expect(given.problem.request_id).toBe('order-7')
    const broken = await exchange(head('GET', '/v1/me', { 'x-request-id': 'a"b\\c' }))
    expect(broken.problem.request_id).toMatch(/^[0-9a-f]{32}$/)
  })

  it('lets a file of any size through to the API', async () => {
    const upload = head('POST', '/v1/imports?kind=dataset&name=x', { 'content-length': LARGE })
    expect((await exchange(upload)).status).toBe(502)
  })
})
