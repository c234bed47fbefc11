import { describe, expect, it } from 'vitest'
import { lagBetween, readLag } from '../../../src/programs/demo/service/lag.ts'

const metrics = (counts: readonly number[], sum: number) =>
  [
    '# TYPE passbook_event_lag_seconds histogram',
    ...['0.1', '1', '+Inf'].map(
      (le, index) => `passbook_event_lag_seconds_bucket{le="${le}"} ${counts[index]}`,
    ),
    `passbook_event_lag_seconds_sum ${sum}`,
    `passbook_event_lag_seconds_count ${counts.at(-1)}`,
    'passbook_http_request_duration_seconds_count 7',
  ].join('\n')

describe('the event lag', () => {
  const before = readLag(metrics([10, 10, 10], 0.5))

  it('is of what happened between two readings', () => {
    const after = readLag(metrics([100, 110, 110], 10.5))
    expect(lagBetween(before, after, 30)).toEqual({ count: 100, mean: 0.1, p95: 1 })
  })

  it('cannot be longer than the time between the readings', () => {
    const after = readLag(metrics([10, 10, 110], 510.5))
    expect(lagBetween(before, after, 30)?.p95).toBe(30)
  })

  it('is not known when nothing happened, or it is not shown', () => {
    expect(lagBetween(before, before, 30)).toBeUndefined()
    expect(lagBetween(readLag(''), readLag(''), 30)).toBeUndefined()
  })
})
