import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

const ok = { status: 'ok' }

describe('getReadiness', () => {
  it('names each part and its state', async () => {
    const { status, body } = await service.call('getReadiness')
    expect(status).toBe(200)
    expect(body).toEqual({ status: 'ok', dependencies: { database: ok, queue: ok, cache: ok } })
  })

  it.each(['queue', 'cache'] as const)('answers 503 while the %s is away', async (part) => {
    const away = vi.spyOn(service.services[part], 'ready').mockRejectedValue(new Error('SECRET'))
    const { status, headers, body } = await service.call('getReadiness')
    away.mockRestore()
    expect(status).toBe(503)
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect(body.status).toBe('unavailable')
    expect(body.dependencies[part]).toEqual({
      ...{ status: 'unavailable', detail: 'it does not answer' },
    })
    expect((await service.call('getReadiness')).status).toBe(200)
  })

  it('does not wait for ever for a part that hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const hanging = vi.spyOn(service.services.queue, 'ready').mockReturnValue(new Promise(() => {}))
    const answer = service.call('getReadiness')
    await vi.waitFor(() => expect(hanging).toHaveBeenCalled())
    await vi.advanceTimersByTimeAsync(2_000)
    vi.useRealTimers()
    hanging.mockRestore()
    expect((await answer).body.dependencies.queue.status).toBe('unavailable')
  })

  it('refuses a query parameter', async () => {
    const { body } = await service.call('getReadiness', { query: { verbose: true } })
    expect(body.errors[0]).toMatchObject({ path: 'query.verbose', code: 'unknown_parameter' })
  })
})
