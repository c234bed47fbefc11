import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { getUser, TimeoutError } from '#sdk'
import { inWords, openClient, readLag } from '../../../src/programs/demo/client.ts'

type Reply = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]

const TOKENS = {
  access_token: 'token',
  refresh_token: 'next',
  token_type: 'bearer',
  expires_in: 900,
} as const

let server: Server | undefined
afterEach(() => server?.close())

/** A service that answers from a script, beside a login and who is logged in. */
async function open(reply: (request: IncomingMessage) => Reply, login: Reply = [200, TOKENS]) {
  server = createServer((request, response) => {
    const known: Readonly<Record<string, Reply>> = { '/v1/login': login, '/v1/me': [200, {}] }
    const [status, body, headers] = known[request.url ?? ''] ?? reply(request)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server?.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

const credentials = { username: 'admin', password: 'secret-1' }
const clientOf = (url: string, signal = new AbortController().signal) =>
  openClient({ url, credentials }, signal)

describe("the demo's client", () => {
  it('says that the credentials are wrong', async () => {
    const url = await open(() => [200, {}], [401, { code: 'invalid_credentials' }])
    await expect(clientOf(url)).rejects.toMatchObject({
      name: 'StartupError',
      message: 'The user name or the password is wrong.',
    })
  })

  it('names the status and the code of an answer it has no use for', async () => {
    const url = await open(() => [500, { code: 'internal', detail: 'a@example.com' }])
    const client = await clientOf(url)
    const work = inWords(url, () => getUser({ client, path: { id: 7 } }))
    await expect(work).rejects.toMatchObject({
      name: 'StartupError',
      message: 'The service answered with 500 internal.',
    })
  })

  it('says what took too long', async () => {
    const late = () => Promise.reject(new TimeoutError('The figures are late.'))
    await expect(inWords('', late)).rejects.toMatchObject({
      name: 'StartupError',
      message: 'The figures are late.',
    })
  })

  it('ends with the reason of its signal', async () => {
    const leave = new AbortController()
    const url = await open(() => {
      leave.abort(new Error('Interrupted.'))
      return [503, { code: 'overloaded' }, { 'retry-after': '30' }]
    })
    const client = await clientOf(url, leave.signal)
    await expect(getUser({ client, path: { id: 7 } })).rejects.toThrow('Interrupted.')
  })

  it('reads the event lag from metrics, where they are shown', async () => {
    const headers = { 'content-type': 'text/plain; version=0.0.4' }
    const replies: Reply[] = [
      [200, 'passbook_event_lag_seconds_sum 0.5\npassbook_event_lag_seconds_count 10\n', headers],
      [403, { code: 'forbidden' }],
    ]
    const client = await clientOf(await open(() => replies.shift() as Reply))
    expect(await readLag(client)).toEqual({ count: 10, seconds: 0.5 })
    expect(await readLag(client)).toEqual({ count: 0, seconds: 0 })
  })
})
