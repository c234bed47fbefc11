import { describe, expect, it } from 'vitest'
import { openBlocker } from '../../setup/figures.ts'
import { createHttpClient } from '../../setup/http/http-client.ts'
import { head, openRaw } from '../../setup/http/raw-http.ts'
import { waitForLock } from '../../setup/lock.ts'
import { BOUND, useSmallService } from './small-service.ts'

/** A request is refused when it has waited this long. */
const MAX_WAIT_MS = 300

const small = useSmallService({ maxWaitMs: MAX_WAIT_MS })

describe('an overloaded process', () => {
  it('refuses the next request before authentication, and recovers', async () => {
    const filled = await small.fill()
    const refused = await createHttpClient(small.client.url).request('GET', '/v1/me')
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(refused.body).toMatchObject({
      status: 503,
      code: 'overloaded',
      type: 'urn:passbook:problem:overloaded',
      request_id: refused.headers.get('x-request-id'),
    })
    expect(await small.metric('passbook_requests_shed_total', 'reason="waited"')).toBeGreaterThan(0)
    // A statement may wait for a lock a second longer than a request waits for a permit.
    for (const status of await filled.release()) expect([201, 503]).toContain(status)
    expect((await small.client.request('GET', '/v1/me')).status).toBe(200)
    expect(await small.underWay('request')).toBe(0)
  })

  it('refuses a body before it is sent', async () => {
    const filled = await small.fill()
    const raw = await openRaw(small.port)
    raw.send(
      head('POST', '/v1/tasks', { 'content-type': 'application/json', 'content-length': 999 }),
    )
    expect(await raw.received(/request_id/)).toMatch(/^HTTP\/1\.1 503 /)
    raw.destroy()
    await filled.release()
  })
})

describe('a permit', () => {
  it('is held until the work is done, even if the client has gone', async () => {
    const blocker = await openBlocker(small.service.database.url, 'tasks')
    const gone = await Promise.all([openRaw(small.port), openRaw(small.port)])
    const body = '{"title":"Gone"}'
    for (const raw of gone) {
      const headers = { 'content-type': 'application/json', 'content-length': body.length }
      raw.send(head('POST', '/v1/tasks', { ...small.authorization(), ...headers }) + body)
    }
    await waitForLock(small.service, BOUND)
    for (const raw of gone) raw.destroy()
    await Promise.all(gone.map((raw) => raw.closed))
    expect((await small.client.request('GET', '/v1/me')).status).toBe(503)
    await blocker.release()
    await small.isUnderWay('request', 0)
    expect((await small.client.request('GET', '/v1/me')).status).toBe(200)
  })

  it('is separate for uploads, which have their own bound', async () => {
    const headers = {
      ...small.authorization(),
      'content-type': 'text/csv',
      'content-length': 1_000,
    }
    const path = '/v1/imports?kind=dataset&name=slow'
    const first = await openRaw(small.port)
    first.send(`${head('POST', path, headers)}a,b\n`)
    await small.isUnderWay('stream', 1)
    const second = await openRaw(small.port)
    second.send(head('POST', path, headers))
    const answer = await second.received(/request_id/)
    expect(answer).toMatch(/^HTTP\/1\.1 503 /)
    expect(answer).toContain('"code":"overloaded"')
    expect((await small.client.request('GET', '/v1/me')).status).toBe(200)
    first.destroy()
    second.destroy()
    await small.isUnderWay('stream', 0)
  })
})
