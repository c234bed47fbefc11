import { describe, expect, it } from 'vitest'
import { jobsOf } from '../../src/events/jobs-of-rows.ts'
import type { ClaimedRow } from '../../src/events/outbox.ts'

describe('jobs for changes of many users', () => {
  const rowsOf = (count: number, request_id: string | null, first = 1, load = false) =>
    Array.from({ length: count }, (_, index) => ({
      id: String(index),
      user_id: String(first + index),
      type: 'transaction.created',
      subject_id: null,
      request_id,
      load,
    }))
  const job = (user_ids: unknown, request_id: string) => ({
    consumer: 'recomputeStatistics',
    payload: { user_ids, request_id },
  })

  it('name users of several requests, ascending, and the request of each', () => {
    const rows = [...rowsOf(49, 'few', 200), ...rowsOf(49, null, 100), ...rowsOf(1, 'one', 7)]
    const [shared, ...others] = jobsOf(rows)
    expect(others).toEqual([])
    const payload = shared?.payload as { user_ids: number[]; request_ids: (string | null)[] }
    expect(payload.user_ids).toEqual(payload.user_ids.toSorted((a, b) => a - b))
    expect(payload.user_ids).toHaveLength(99)
    expect(payload.request_ids.map((id) => id ?? 'none')).toEqual([
      'one',
      ...Array.from({ length: 49 }, () => 'none'),
      ...Array.from({ length: 49 }, () => 'few'),
    ])
    expect(shared).not.toHaveProperty('yields')
  })

  it('name a request once that all users share', () => {
    expect(jobsOf(rowsOf(3, 'few'))).toEqual([job([1, 2, 3], 'few')])
    expect(jobsOf(rowsOf(2, null))).toEqual([
      { consumer: 'recomputeStatistics', payload: { user_ids: [1, 2] } },
    ])
  })

  it('name up to 250 users each, however many there are', () => {
    const requests = Array.from({ length: 600 }, (_, at) => rowsOf(1, `r${at}`, at + 1)).flat()
    const sizes = jobsOf(requests).map(
      ({ payload }) => (payload as { user_ids: number[] }).user_ids.length,
    )
    expect(sizes).toEqual([250, 250, 100])
  })

  it('name up to 250 users each, with low priority, if they are of a load', () => {
    const loads = rowsOf(600, 'a-load', 1, true).toReversed()
    const jobs = jobsOf([...loads, ...rowsOf(1, 'single', 9000)])
    const ids = (first: number, count: number) =>
      Array.from({ length: count }, (_, index) => first + index)
    expect(jobs).toEqual([
      job([9000], 'single'),
      { ...job(ids(1, 250), 'a-load'), yields: true },
      { ...job(ids(251, 250), 'a-load'), yields: true },
      { ...job(ids(501, 100), 'a-load'), yields: true },
    ])
  })

  it('are one for each user if a failing one must not delay others', () => {
    expect(jobsOf(rowsOf(600, 'a-load', 1, true), false)).toHaveLength(600)
  })

  it('are one for each user, whatever happened to their transactions', () => {
    const [row] = rowsOf(1, 'first')
    const types = ['transaction.created', 'transaction.deleted', 'transaction.updated'] as const
    const rows = types.map((type) => ({ ...row, type }) as ClaimedRow)
    expect(jobsOf(rows)).toEqual([job([1], 'first')])
  })

  it('skip events that only a newer version of Passbook knows', () => {
    const [row] = rowsOf(1, 'first')
    expect(jobsOf([{ ...row, type: 'card.stolen' } as ClaimedRow])).toEqual([])
    expect(jobsOf([{ ...row, type: 'reports.sweep_due' } as ClaimedRow])).toEqual([])
  })
})
