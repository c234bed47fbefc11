import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startProgress } from '../../../src/programs/demo/progress.ts'
import { openClient } from '../../../src/programs/demo/service/client.ts'
import { waitUntilCurrent } from '../../../src/programs/demo/service/wait.ts'

type Reply = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]

const CREDENTIALS = { username: 'admin', password: 'secret-1' }
const { signal } = new AbortController()
let server: Server | undefined
afterEach(() => server?.close())

/** A service that answers from a script; logins are numbered in their tokens. */
async function open(reply: (path: string, token: string | undefined) => Reply | undefined) {
  let logins = 0
  const always: Readonly<Record<string, () => Reply>> = {
    '/health/live': () => [200, { status: 'ok' }],
    '/v1/login': () => [200, { access_token: `token-${++logins}` }],
    '/v1/me': () => [200, { role: 'staff' }],
  }
  server = createServer((request, response) => {
    const path = request.url ?? ''
    const answer = reply(path, request.headers.authorization) ?? always[path]?.()
    const [status, body, headers] = answer ?? [404, { code: 'not_found' }]
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server?.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return await openClient(`http://127.0.0.1:${port}`, CREDENTIALS, signal)
}

describe("the demo's client", () => {
  it('logs in once more for all requests that find the token expired', async () => {
    const tokens: (string | undefined)[] = []
    const client = await open((path, token) => {
      if (!path.startsWith('/v1/users')) return undefined
      tokens.push(token)
      return token === 'Bearer token-2' ? [200, [{ id: 7 }]] : [401, { code: 'unauthorized' }]
    })
    const found = [client.findUser('a@example.com'), client.findUser('b@example.com')]
    expect(await Promise.all(found)).toEqual([7, 7])
    expect(tokens.sort()).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
    ])
  })

  it('asks again when the service has too much to do', async () => {
    const busy: Reply[] = [
      [429, { code: 'too_many_requests' }, { 'retry-after': '0' }],
      [503, { code: 'overloaded' }, { 'retry-after': '0' }],
    ]
    const client = await open((path) =>
      path.startsWith('/v1/users') ? (busy.shift() ?? [200, []]) : undefined,
    )
    expect(await client.findUser('a@example.com')).toBeUndefined()
    expect(busy).toEqual([])
  })

  it('names the status and the code of an answer it has no use for', async () => {
    const client = await open((path) =>
      path.startsWith('/v1/users')
        ? [500, { code: 'internal', detail: 'a@example.com' }]
        : undefined,
    )
    await expect(client.findUser('a@example.com')).rejects.toMatchObject({
      name: 'StartupError',
      message: 'The search for a user was answered with 500 internal.',
    })
  })

  it('does not take something else for Passbook', async () => {
    await expect(open((path) => (path === '/health/live' ? [404, {}] : undefined))).rejects.toThrow(
      /^What answers at \S+ is not Passbook\.$/,
    )
  })
})

describe('waiting for figures', () => {
  const users = [{ id: 7, email: 'a@example.com', existed: false }]
  const progress = () => startProgress({ write: () => undefined }, '', users.length)

  it('goes on until they are current', async () => {
    let asked = 0
    const client = await open((path) =>
      path.startsWith('/v1/users/7/') ? [200, { is_current: ++asked === 4 }] : undefined,
    )
    await waitUntilCurrent(client, users, progress(), { limitMs: 30_000, signal })
    expect(asked).toBe(4)
  })

  it('ends when it takes too long', async () => {
    const client = await open((path) =>
      path.startsWith('/v1/users/7/') ? [200, { is_current: false }] : undefined,
    )
    await expect(
      waitUntilCurrent(client, users, progress(), { limitMs: 1, signal }),
    ).rejects.toThrow('The figures of user 7 were not current after 0 s.')
  })
})
