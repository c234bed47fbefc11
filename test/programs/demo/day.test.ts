import { describe, expect, it } from 'vitest'
import { utcDay } from '../../../src/programs/demo/day.ts'

describe('the UTC day of a date', () => {
  it.each([
    ['2026-01-31', '2026-01-31'],
    ['2024-02-29', '2024-02-29'],
    ['2026-01-31T23:59:59.999Z', '2026-01-31'],
    ['2026-01-31T00:00:00+05:30', '2026-01-30'],
    ['2026-01-31T20:00:00-08:00', '2026-02-01'],
  ])('of %s is %s', (text, day) => {
    expect(utcDay(text)).toBe(day)
  })

  it.each([
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '31.01.2026',
    '2026-01-31T10:00:00',
    '2026-01-31T24:00:00Z',
    '0000-12-31',
    '9999-12-31T23:00:00-08:00',
    '',
  ])('does not take %j', (text) => {
    expect(utcDay(text)).toBeUndefined()
  })
})
