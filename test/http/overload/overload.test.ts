import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openBlocker } from '../../setup/figures.ts'
import { createHttpClient, type HttpClient } from '../../setup/http/http-client.ts'
import { head, openRaw } from '../../setup/http/raw-http.ts'
import { waitForLock } from '../../setup/lock.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'

const BOUND = 2

let service: TestService
let staff: Account
let client: HttpClient
let port: number

beforeAll(async () => {
  service = await startTestService({
    env: { MAX_REQUESTS_UNDER_WAY: String(BOUND), MAX_STREAMS_UNDER_WAY: '1' },
  })
  staff = await service.createAccount('staff')
  const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  port = (service.app.server.address() as AddressInfo).port
  client = createHttpClient(url, staff.token)
})
afterAll(() => service.close())

const authorization = () => ({ authorization: `Bearer ${staff.token}` })

/** The value of a metric for one label. */
async function metric(name: string, label: string): Promise<number> {
  const { body } = await client.request('GET', '/metrics')
  const line = body.split('\n').find((text: string) => text.startsWith(`${name}{${label}}`))
  return Number(line?.split(' ')[1] ?? 0)
}
const underWay = (kind: string) => metric('passbook_requests_under_way', `kind="${kind}"`)
const isUnderWay = (kind: string, count: number) =>
  vi.waitFor(async () => expect(await underWay(kind)).toBe(count), {
    timeout: 10_000,
    interval: 10,
  })

/** Uses up all permits by requests that wait in the database until released. */
async function fill() {
  const blocker = await openBlocker(service.database.url, 'tasks')
  const answers = Array.from({ length: BOUND }, () =>
    client.request('POST', '/v1/tasks', { title: 'Waits' }),
  )
  await waitForLock(service, BOUND)
  return {
    /** Lets them continue, and returns their statuses. */
    async release(): Promise<number[]> {
      await blocker.release()
      return (await Promise.all(answers)).map(({ status }) => status)
    },
  }
}

describe('an overloaded process', () => {
  it('refuses the next request before authentication, and recovers', async () => {
    const filled = await fill()
    const refused = await createHttpClient(client.url).request('GET', '/v1/me')
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(refused.body).toMatchObject({
      status: 503,
      code: 'overloaded',
      type: 'urn:passbook:problem:overloaded',
      request_id: refused.headers.get('x-request-id'),
    })
    expect(await metric('passbook_requests_shed_total', 'reason="waited"')).toBeGreaterThan(0)
    // A statement may wait for a lock a second longer than a request waits for a permit.
    for (const status of await filled.release()) expect([201, 503]).toContain(status)
    expect((await client.request('GET', '/v1/me')).status).toBe(200)
    expect(await underWay('request')).toBe(0)
  })

  it('refuses a body before it is sent', async () => {
    const filled = await fill()
    const raw = await openRaw(port)
    raw.send(
      head('POST', '/v1/tasks', { 'content-type': 'application/json', 'content-length': 999 }),
    )
    expect(await raw.received(/request_id/)).toMatch(/^HTTP\/1\.1 503 /)
    raw.destroy()
    await filled.release()
  })

  it('refuses at once, before anything else, when the queue is full', async () => {
    const filled = await fill()
    const waiting = Array.from({ length: 4 * BOUND }, () => client.request('GET', '/v1/me'))
    await vi.waitFor(async () => {
      const raw = await openRaw(port)
      raw.send(head('GET', '/v1/tasks?page=x', { 'x-request-id': 'mine' }))
      const answer = await raw.received(/"request_id":"mine"/)
      expect(answer).toMatch(/^HTTP\/1\.1 503 /)
      expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im)
      expect(answer).toMatch(/^x-request-id: mine\r$/im)
      expect(answer).toMatch(/^retry-after: 1\r$/im)
      // The connection stays usable.
      raw.send(head('HEAD', '/v1/me', { 'x-request-id': 'next' }))
      expect(await raw.received(/next\r\n[^{]*\r\n\r\n$/)).toContain('HTTP/1.1 503')
      raw.destroy()
      expect(await metric('passbook_requests_shed_total', 'reason="full"')).toBeGreaterThan(1)
    })
    const path = '/v1/imports?kind=dataset&name=during_overload'
    const stream = await openRaw(port)
    const headers = { ...authorization(), 'content-type': 'text/csv', 'content-length': 12 }
    stream.send(`${head('POST', path, headers)}a,b\n1,2\n3,4\n`)
    await isUnderWay('stream', 1)
    await filled.release()
    expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(
      new Set([200]),
    )
    await stream.received(/ 202 | 201 | 200 /)
    stream.destroy()
    await isUnderWay('stream', 0)
  })

  it('still answers health checks and metrics', async () => {
    const filled = await fill()
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await client.request('GET', path)).status).toBe(200)
    }
    expect(await underWay('request')).toBe(BOUND)
    await filled.release()
  })
})

describe('a permit', () => {
  it('is held until the work is done, even if the client has gone', async () => {
    const blocker = await openBlocker(service.database.url, 'tasks')
    const gone = await Promise.all([openRaw(port), openRaw(port)])
    const body = '{"title":"Gone"}'
    for (const raw of gone) {
      const headers = { 'content-type': 'application/json', 'content-length': body.length }
      raw.send(head('POST', '/v1/tasks', { ...authorization(), ...headers }) + body)
    }
    await waitForLock(service, BOUND)
    for (const raw of gone) raw.destroy()
    await Promise.all(gone.map((raw) => raw.closed))
    expect((await client.request('GET', '/v1/me')).status).toBe(503)
    await blocker.release()
    await isUnderWay('request', 0)
    expect((await client.request('GET', '/v1/me')).status).toBe(200)
  })

  it('is not held while a body arrives', async () => {
    const slow = await Promise.all(Array.from({ length: BOUND + 1 }, () => openRaw(port)))
    for (const raw of slow) {
      const headers = { 'content-type': 'application/json', 'content-length': 16 }
      raw.send(head('POST', '/v1/tasks', { ...authorization(), ...headers }))
      raw.send('{"title":')
      await isUnderWay('request', 0)
    }
    expect((await client.request('GET', '/v1/me')).status).toBe(200)
    const [first, ...others] = slow
    for (const raw of others) raw.destroy()
    first?.send('"Slow"}')
    expect(await first?.received(/"task"/)).toMatch(/^HTTP\/1\.1 201 /)
    first?.destroy()
    await isUnderWay('request', 0)
  })

  it('is returned by pipelined requests that were cut off', async () => {
    const blocker = await openBlocker(service.database.url, 'users')
    const raw = await openRaw(port)
    const me = head('GET', '/v1/me', authorization())
    const create = '{"name":"x","email":"pipelined@customers.example"}'
    const headers = { 'content-type': 'application/json', 'content-length': create.length }
    raw.send(head('POST', '/v1/users', { ...authorization(), ...headers }) + create)
    await waitForLock(service)
    raw.send(me.repeat(20))
    raw.destroy()
    await raw.closed
    await blocker.release()
    await isUnderWay('request', 0)
  })

  it('is separate for uploads, which have their own bound', async () => {
    const headers = { ...authorization(), 'content-type': 'text/csv', 'content-length': 1_000 }
    const path = '/v1/imports?kind=dataset&name=slow'
    const first = await openRaw(port)
    first.send(`${head('POST', path, headers)}a,b\n`)
    await isUnderWay('stream', 1)
    const second = await openRaw(port)
    second.send(head('POST', path, headers))
    const answer = await second.received(/request_id/)
    expect(answer).toMatch(/^HTTP\/1\.1 503 /)
    expect(answer).toContain('"code":"overloaded"')
    expect((await client.request('GET', '/v1/me')).status).toBe(200)
    first.destroy()
    second.destroy()
    await isUnderWay('stream', 0)
  })
})
