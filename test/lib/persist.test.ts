import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StartupError } from '../../src/errors.ts'
import { createLog } from '../../src/lib/log.ts'
import { persist } from '../../src/lib/persist.ts'

const log = createLog('silent')

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('persist', () => {
  it('does a step again until it succeeds', async () => {
    const step = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new Error('Command timed out'))
      .mockRejectedValueOnce(new Error('Command timed out'))
      .mockResolvedValue('done')
    const done = persist(step, log, async () => undefined)
    expect(await done).toBe('done')
    expect(step).toHaveBeenCalledTimes(3)
  })

  it('gives up at once where waiting does not help', async () => {
    const step = vi.fn(() => Promise.reject(new StartupError('The port is taken.')))
    await expect(persist(step, log, async () => undefined)).rejects.toThrow('The port is taken.')
    expect(step).toHaveBeenCalledTimes(1)
  })

  it('gives up after a minute', async () => {
    const step = vi.fn(() => Promise.reject(new Error('Command timed out')))
    const pause = async (milliseconds: number) => void vi.advanceTimersByTime(milliseconds)
    await expect(persist(step, log, pause)).rejects.toThrow('Command timed out')
    expect(step.mock.calls.length).toBeGreaterThan(100)
  })
})
