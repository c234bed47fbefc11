import { describe, expect, it } from 'vitest'
import { formatCount, formatRate, formatSeconds } from '../../src/lib/terminal.ts'

describe('what commands print', () => {
  it('has times and rates to be read', () => {
    expect([formatSeconds(0.0123), formatSeconds(12.34)]).toEqual(['12 ms', '12.3 s'])
    expect([formatRate(20_000, 4), formatRate(1, 0)]).toEqual(['5,000/s', '-'])
    expect(formatCount(1_234_567)).toBe('1,234,567')
  })
})
