import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestService, type TestService } from '../../setup/service.ts'

let service: TestService
let port: number

beforeAll(async () => {
  service = await startTestService()
  port = Number(new URL(await service.app.listen({ port: 0, host: '127.0.0.1' })).port)
})
afterAll(() => service.close())

/**
 * Sends raw bytes, and `then` once an answer arrives. Waits until the server closes the
 * connection.
 */
const exchange = (text: string, then?: string) =>
  new Promise<string>((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => {
      if (answer === '' && then) socket.write(then)
      answer += chunk
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })

describe('input that is not a request', () => {
  it.each([
    ['not HTTP', 'NONSENSE\r\n\r\n', 400, 'bad_request'],
    ['an unknown method', 'BREW /v1/me HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_request'],
    [
      'two lengths',
      'POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n',
      ...([400, 'bad_request'] as const),
    ],
    [
      'headers without end',
      `GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
      ...([431, 'headers_too_large'] as const),
    ],
  ])('gets a problem, and its connection is closed: %s', async (_, text, status, code) => {
    const answer = await exchange(text)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(head).toContain('Content-Type: application/problem+json')
    expect(head).toContain(`Content-Length: ${body.length}`)
    const problem = JSON.parse(body)
    expect(problem).toMatchObject({ status, code })
    expect(head).toContain(`X-Request-Id: ${problem.request_id}`)
  })

  it('is answered without a body if it is a HEAD', async () => {
    const long = `X-Long: ${'x'.repeat(20_000)}`
    const answer = await exchange(`HEAD /v1/me HTTP/1.1\r\nHost: x\r\n${long}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(answer.endsWith('\r\n\r\n')).toBe(true)
  })

  it('is answered after the requests before it', async () => {
    const good = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'
    const answer = await exchange(`${good}NONSENSE\r\n\r\n`)
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)
    expect(statuses).toEqual(['200', '400'])
  })

  it('is not answered twice if the body breaks after the answer', async () => {
    const chunked = 'GET /health/live HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
    const answer = await exchange(chunked, 'nonsense\r\n')
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  })

  it('is answered if it comes with the rest of a body whose request was answered before', async () => {
    const refused = 'POST /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n'
    const answer = await exchange(refused, 'restNONSENSE\r\n\r\n')
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)
    expect(statuses).toEqual(['401', '400'])
  })

  it('is refused if it asks for a tunnel', async () => {
    const answer = await exchange('CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 405 /)
    expect(answer).toContain('Allow: GET, HEAD, POST, PUT, DELETE\r\n')
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '').code).toBe('method_not_allowed')
  })

  it('is refused if it has no Host header', async () => {
    const answer = await exchange('GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '').code).toBe('bad_request')
  })

  it('leaves the service working', async () => {
    await exchange('NONSENSE\r\n\r\n')
    const answer = await exchange(
      'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })
})
