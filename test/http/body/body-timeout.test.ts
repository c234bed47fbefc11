import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHttp } from '../../../src/http/server.ts'
import { createLog } from '../../../src/lib/log.ts'
import { createMetrics } from '../../../src/lib/metrics.ts'
import { RawConnection } from '../../hostile/raw-connection.ts'

let app: FastifyInstance
let port: number

beforeAll(async () => {
  app = await createHttp({ log: createLog('silent'), metrics: createMetrics() })
  app.post('/v1/things', async () => 'taken')
  app.get('/v1/things', async () => 'there')
  port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
})
afterAll(() => app.close())

beforeEach(() => {
  // Only these two: Node's own HTTP server keeps real clocks.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Waits, turn by turn of the event loop, until no timer is left, then advances time by an hour. */
async function expectNoTimer(): Promise<void> {
  const deadline = performance.now() + 2_000
  while (vi.getTimerCount() > 0 && performance.now() < deadline) await turn()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(3_600_000)
}

const JSON_TYPE = 'Content-Type: application/json'

/** Sends a request and returns its status. */
async function ask(connection: RawConnection, method: string, headers: string[], body: string) {
  const lines = [`${method} /v1/things HTTP/1.1`, 'Host: localhost', ...headers]
  connection.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  return (await connection.answer())?.status
}

describe('the timeout of bodies', () => {
  it.each([
    [200, 'POST', [JSON_TYPE, 'Content-Length: 2'], '{}'],
    [415, 'POST', ['Content-Type: text/plain', 'Content-Length: 1'], 'x'],
    [415, 'POST', [JSON_TYPE, 'Content-Encoding: nonsense', 'Content-Length: 1'], 'x'],
    [400, 'POST', [JSON_TYPE, 'Content-Encoding: gzip', 'Content-Length: 1'], 'x'],
    [200, 'GET', ['Content-Length: 2'], '{}'],
    [405, 'PATCH', ['Content-Length: 2'], '{}'],
  ])('does not outlive an answer of %d to %s %j', async (status, method, headers, body) => {
    const connection = await RawConnection.open(port)
    expect(await ask(connection, method, headers, body)).toBe(status)
    await expectNoTimer()
    connection.reset()
  })

  it.each([
    [413, 'POST', [JSON_TYPE, 'Content-Length: 9000000']],
    [415, 'POST', ['Content-Type: text/plain', 'Content-Length: 9']],
    [200, 'GET', ['Content-Length: 9']],
  ])('ends with a connection that is reset after %d to %s', async (status, method, headers) => {
    const connection = await RawConnection.open(port)
    expect(await ask(connection, method, headers, 'x')).toBe(status)
    connection.reset()
    await expectNoTimer()
  })

  it('ends with a connection that is reset while the body is awaited', async () => {
    const connection = await RawConnection.open(port)
    const lines = ['POST /v1/things HTTP/1.1', 'Host: localhost', JSON_TYPE, 'Content-Length: 9']
    connection.write(`${lines.join('\r\n')}\r\nExpect: 100-continue\r\n\r\n`)
    expect((await connection.answer())?.status).toBe(100)
    connection.reset()
    await expectNoTimer()
  })
})
