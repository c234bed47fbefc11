import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { openClient } from '../../../src/programs/demo/client.ts'

type Reply = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]

let server: Server | undefined
afterEach(() => server?.close())

/** A service that answers from a script; logins are numbered in their tokens. */
async function open(reply: (request: IncomingMessage) => Reply) {
  let logins = 0
  server = createServer((request, response) => {
    const isLogin = request.url === '/v1/login'
    const [status, body, headers] = isLogin
      ? ([200, { access_token: `token-${++logins}` }] as const)
      : reply(request)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server?.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const credentials = { username: 'admin', password: 'secret-1' }
  return await openClient(
    { url: `http://127.0.0.1:${port}`, credentials },
    new AbortController().signal,
  )
}

describe("the demo's client", () => {
  it('logs in once more for all requests that find the token expired', async () => {
    const tokens: (string | undefined)[] = []
    const client = await open(({ headers: { authorization } }) => {
      tokens.push(authorization)
      return authorization === 'Bearer token-2' ? [200, 7] : [401, { code: 'unauthorized' }]
    })
    expect(await Promise.all([client.call('/a'), client.call('/b')])).toEqual([7, 7])
    expect(tokens.sort()).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
    ])
  })

  it('asks again, as the same request, when the service has too much to do', async () => {
    const busy: Reply[] = [
      [429, { code: 'too_many_requests' }, { 'retry-after': '0' }],
      [503, { code: 'overloaded' }, { 'retry-after': '0' }],
    ]
    const keys = new Set<unknown>()
    const client = await open(({ headers }) => {
      keys.add(headers['idempotency-key'])
      return busy.shift() ?? [201, 7]
    })
    expect(await client.call('/v1/users/bulk', {})).toBe(7)
    expect(busy).toEqual([])
    expect([...keys]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)])
  })

  it('names the status and the code of an answer it has no use for', async () => {
    const client = await open(() => [500, { code: 'internal', detail: 'a@example.com' }])
    await expect(client.call('/v1/users/7')).rejects.toMatchObject({
      name: 'StartupError',
      message: '/v1/users/7 was answered with 500 internal.',
    })
  })

  it('reads the event lag from metrics, where they are shown', async () => {
    const replies: Reply[] = [
      [200, 'passbook_event_lag_seconds_sum 0.5\npassbook_event_lag_seconds_count 10\n'],
      [403, { code: 'forbidden' }],
    ]
    const client = await open(() => replies.shift() as Reply)
    expect(await client.readLag()).toEqual({ count: 10, seconds: 0.5 })
    expect(await client.readLag()).toEqual({ count: 0, seconds: 0 })
  })
})
