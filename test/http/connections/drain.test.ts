import { Agent, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openBlocker } from '../../setup/figures.ts'
import { head, openRaw } from '../../setup/http/raw-http.ts'
import { waitForLock } from '../../setup/lock.ts'
import { startTestService, type TestService } from '../../setup/service.ts'

/** Longer than any test, so that nothing can pass by waiting for a timeout. */
const NEVER_MS = 600_000

let service: TestService
afterEach(() => service.close())

async function start() {
  service = await startTestService()
  const { token } = await service.createAccount('staff')
  await service.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = service.app.server.address() as AddressInfo
  const { drain } = service.app
  return { token, port, drain, agent: new Agent({ keepAlive: true, maxSockets: 1 }) }
}

const get = (port: number, path: string, agent: Agent) =>
  new Promise<{ status: number; connection: string | undefined }>((resolve, reject) => {
    request({ port, path, agent, host: '127.0.0.1' }, (answer) => {
      const { statusCode = 0, headers } = answer
      answer
        .resume()
        .once('end', () => resolve({ status: statusCode, connection: headers.connection }))
    })
      .once('error', reject)
      .end()
  })

/** Sends a request that waits in the database until the blocker is released. */
async function sendBlocked(port: number, token: string) {
  const blocker = await openBlocker(service.database.url, 'tasks')
  const body = '{"title":"Held up"}'
  const raw = await openRaw(port)
  raw.send(
    head('POST', '/v1/tasks', {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    }) + body,
  )
  await waitForLock(service)
  return { raw, blocker }
}

describe('a stop', () => {
  it('first only changes readiness', async () => {
    const { port, drain, agent } = await start()
    expect((await get(port, '/health/ready', agent)).status).toBe(200)
    drain.announce()
    expect(await get(port, '/health/ready', agent)).toEqual({
      status: 503,
      connection: 'keep-alive',
    })
    expect(await get(port, '/health/live', agent)).toEqual({
      status: 200,
      connection: 'keep-alive',
    })
    agent.destroy()
  })

  it('serves and then closes open connections, and accepts no new ones', async () => {
    const { port, drain, agent, token } = await start()
    expect((await get(port, '/health/live', agent)).status).toBe(200)
    const { raw, blocker } = await sendBlocked(port, token)
    const drained = drain.run({ graceMs: NEVER_MS, idleMs: NEVER_MS })
    await vi.waitFor(() => expect(drain.closing.aborted).toBe(true))
    expect(await get(port, '/health/live', agent)).toEqual({ status: 200, connection: 'close' })
    await expect(openRaw(port)).rejects.toThrow('ECONNREFUSED')
    await blocker.release()
    const answer = await raw.received(/\r\n\r\n\{.*\}/)
    expect(answer).toMatch(/^HTTP\/1\.1 201 /)
    expect(answer.toLowerCase()).toContain('connection: close')
    await raw.closed
    await drained
  })

  it('closes idle connections', async () => {
    const { port, drain } = await start()
    const raw = await openRaw(port)
    raw.send(head('GET', '/health/live'))
    await raw.received(/"ok"/)
    await drain.run({ graceMs: NEVER_MS, idleMs: 1 })
    await raw.closed
  })

  it('ends when its grace period is over, and cuts off the rest', async () => {
    const { port, drain, token } = await start()
    const { raw, blocker } = await sendBlocked(port, token)
    await drain.run({ graceMs: 1, idleMs: 1 })
    drain.cut()
    await raw.closed
    await blocker.release()
  })

  it('refuses requests once everything is closed', async () => {
    const { port, drain, token } = await start()
    const { raw, blocker } = await sendBlocked(port, token)
    const late = await openRaw(port)
    // A partial request, so that the connection does not count as idle.
    late.send('GET /v1/me HTTP/1.1\r\n')
    await drain.run({ graceMs: 1, idleMs: NEVER_MS })
    const closed = service.app.close()
    late.send('Host: localhost\r\n\r\n')
    const answer = await late.received(/request_id/)
    expect(answer).toMatch(/^HTTP\/1\.1 503 /)
    expect(answer).toContain('"code":"stopping"')
    await blocker.release()
    await raw.closed
    await closed
  })
})
