import Fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createRefusals } from '../../src/platform/refusals.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Asks so many times at once an app that refuses everything. @returns how many answers have come */
async function ask(count: number) {
  const app = Fastify()
  const refuse = createRefusals(createMetrics(), createLog('silent'))
  const arrived = { refused: 0, answered: 0 }
  app.get('/', (request, reply) => {
    arrived.refused += 1
    refuse(request, reply, 'full')
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
  it('are held back for a second where there are more than 150 in a tenth of one', async () => {
    const arrived = await ask(200)
    await vi.waitFor(() => expect(arrived.answered).toBe(150))
    vi.advanceTimersByTime(1_000)
    await vi.waitFor(() => expect(arrived.answered).toBe(200))
  })

  it('are held back to a bound, so that memory has one', async () => {
    const arrived = await ask(1_200)
    await vi.waitFor(() => expect(arrived.answered).toBe(200))
  })
})
