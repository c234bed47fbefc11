import Fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRefusals } from '../../../src/http/overload/refusals.ts'
import { createLog } from '../../../src/lib/log.ts'
import { createMetrics } from '../../../src/lib/metrics.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/**
 * Sends this many concurrent requests to an app that refuses everything.
 *
 * @returns counters of refused and answered requests
 */
async function ask(count: number) {
  const app = Fastify()
  const refusals = createRefusals(createMetrics(), createLog('silent'))
  const arrived = { refused: 0, answered: 0 }
  app.get('/', (request, reply) => {
    arrived.refused += 1
    refusals.refuse(request, reply, 'full')
  })
  for (let index = 0; index < count; index += 1) {
    void app.inject('/').then(({ statusCode }) => {
      expect(statusCode).toBe(503)
      arrived.answered += 1
    })
  }
  await vi.waitFor(() => expect(arrived.refused).toBe(count))
  return arrived
}

describe('refusals', () => {
  it('are delayed briefly beyond 400 in a tenth of a second', async () => {
    const arrived = await ask(450)
    await vi.waitFor(() => expect(arrived.answered).toBe(400))
    vi.advanceTimersByTime(200)
    await vi.waitFor(() => expect(arrived.answered).toBe(450))
  })

  it('are delayed only up to a limit, so that memory is bounded', async () => {
    const arrived = await ask(1_450)
    await vi.waitFor(() => expect(arrived.answered).toBe(450))
  })
})
