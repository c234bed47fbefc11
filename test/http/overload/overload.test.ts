import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { openBlocker } from '../../setup/figures.ts'
import { head, openRaw } from '../../setup/http/raw-http.ts'
import { waitForLock } from '../../setup/lock.ts'
import { BOUND, useSmallService } from './small-service.ts'

const small = useSmallService()

describe('an overloaded process', () => {
  it('refuses at once, before anything else, when the queue is full', async () => {
    const filled = await small.fill()
    const waiting = Array.from({ length: 8 * BOUND }, () => small.client.request('GET', '/v1/me'))
    await vi.waitFor(async () => {
      const raw = await openRaw(small.port)
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
      expect(await small.metric('passbook_requests_shed_total', 'reason="full"')).toBeGreaterThan(1)
    })
    const path = '/v1/imports?kind=dataset&name=during_overload'
    const stream = await openRaw(small.port)
    const headers = { ...small.authorization(), 'content-type': 'text/csv', 'content-length': 12 }
    stream.send(`${head('POST', path, headers)}a,b\n1,2\n3,4\n`)
    await small.isUnderWay('stream', 1)
    await filled.release()
    expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(
      new Set([200]),
    )
    await stream.received(/ 202 | 201 | 200 /)
    stream.destroy()
    await small.isUnderWay('stream', 0)
  })

  it('still answers health checks and metrics', async () => {
    const filled = await small.fill()
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await small.client.request('GET', path)).status).toBe(200)
    }
    expect(await small.underWay('request')).toBe(BOUND)
    await filled.release()
  })
})

describe('a permit', () => {
  it('is not held while a body arrives', async () => {
    const slow = await Promise.all(Array.from({ length: BOUND + 1 }, () => openRaw(small.port)))
    for (const raw of slow) {
      const headers = { 'content-type': 'application/json', 'content-length': 16 }
      raw.send(head('POST', '/v1/tasks', { ...small.authorization(), ...headers }))
      raw.send('{"title":')
      await small.isUnderWay('request', 0)
    }
    expect((await small.client.request('GET', '/v1/me')).status).toBe(200)
    const [first, ...others] = slow
    for (const raw of others) raw.destroy()
    first?.send('"Slow"}')
    expect(await first?.received(/"task"/)).toMatch(/^HTTP\/1\.1 201 /)
    first?.destroy()
    await small.isUnderWay('request', 0)
  })

  it('leaves nothing on a connection that is used again and again', async () => {
    const path = '/v1/imports?kind=dataset&name=kept&name=twice'
    const headers = { ...small.authorization(), 'content-type': 'text/csv', 'content-length': 4 }
    const connected = once(small.service.app.server, 'connection')
    const raw = await openRaw(small.port)
    const [socket] = (await connected) as [Socket]
    const count = async (upload: string) => {
      raw.send(`${head('POST', path, { ...headers, 'x-request-id': upload })}a,b\n`)
      await raw.received(new RegExp(`"request_id":"${upload}"`))
      return socket.listenerCount('close')
    }
    const first = await count('first')
    await count('second')
    expect(await count('third')).toBe(first)
    raw.destroy()
  })

  it('is returned by pipelined requests that were cut off', async () => {
    const blocker = await openBlocker(small.service.database.url, 'users')
    const raw = await openRaw(small.port)
    const me = head('GET', '/v1/me', small.authorization())
    const create = '{"name":"x","email":"pipelined@customers.example"}'
    const headers = { 'content-type': 'application/json', 'content-length': create.length }
    raw.send(head('POST', '/v1/users', { ...small.authorization(), ...headers }) + create)
    await waitForLock(small.service)
    raw.send(me.repeat(20))
    raw.destroy()
    await raw.closed
    await blocker.release()
    await small.isUnderWay('request', 0)
  })
})
