import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/config.ts'
import { judge, readRetryWaits } from '../../src/features/webhooks/retries.ts'

const WAITS = readRetryWaits(readEnvironment({}).WEBHOOK_RETRY_SECONDS)
const NOW = Date.UTC(2026, 0, 31)
const answer = (status: number, retryAfter?: string) => ({ status, text: '', retryAfter })

/** The wait in seconds after an attempt. */
const waitOf = (given: Parameters<typeof judge>[0], attempts = 0, random = 0) =>
  ((judge(given, attempts, WAITS, NOW, random).retryAt?.getTime() ?? Number.NaN) - NOW) / 1000

describe('an attempt', () => {
  it.each([200, 201, 202, 204, 299])('is a success with %d', (status) => {
    expect(judge(answer(status), 0, WAITS)).toEqual({ status: 'delivered', retryAt: null })
  })

  it.each([199, 301, 302, 307, 308, 400, 401, 404, 409, 429, 500, 503, 999])(
    'is tried again after %d',
    (status) => {
      expect(judge(answer(status), 0, WAITS).status).toBe('pending')
    },
  )

  it.each(['timeout', 'dns', 'connection', 'private_target', 'tls', 'protocol'] as const)(
    'is tried again after %s',
    (error) => {
      expect(judge(error, 0, WAITS).status).toBe('pending')
    },
  )

  it('is followed by nine others at most, on the schedule of Standard Webhooks', () => {
    const [minute, hour] = [60, 3_600]
    const waits = WAITS.map((_, attempts) => waitOf('timeout', attempts))
    expect(waits).toEqual([
      5,
      5 * minute,
      30 * minute,
      2 * hour,
      5 * hour,
      10 * hour,
      14 * hour,
      20 * hour,
      24 * hour,
    ])
    expect(judge('timeout', 9, WAITS)).toEqual({ status: 'failed', retryAt: null })
  })

  it('waits up to a tenth longer, never shorter', () => {
    expect([waitOf('dns', 1, 0), waitOf('dns', 1, 1)]).toEqual([300, 330])
  })

  it('is the last when the receiver is gone', () => {
    expect(judge(answer(410), 0, WAITS)).toEqual({ status: 'failed', retryAt: null })
  })

  it.each([
    ['120', 120],
    [' 120 ', 120],
    [new Date(NOW + 90_000).toUTCString(), 90],
    // Not less than the schedule, not more than a day, and nothing of nonsense.
    ['1', 5],
    ['0', 5],
    ['-7', 5],
    ['999999999', 86_400],
    ['99999999999999', 5],
    [new Date(NOW - 90_000).toUTCString(), 5],
    [new Date(NOW + 90 * 86_400_000).toUTCString(), 86_400],
    ['soon', 5],
    ['', 5],
  ])('waits as long as Retry-After: %s asks, within bounds', (text, seconds) => {
    expect(waitOf(answer(429, text))).toBe(seconds)
    expect(waitOf(answer(503, text))).toBe(seconds)
    expect(waitOf(answer(500, text))).toBe(5)
  })
})
