import { describe, expect, it } from 'vitest'
import { formatChart } from '../../../src/programs/demo/output/chart.ts'

const day = (date: string, total_credit: string, total_debit: string) => ({
  date,
  transaction_count: 1,
  total_credit,
  total_debit,
})

describe('the chart', () => {
  it('draws months in proportion to the largest', () => {
    const days = [day('2026-02-01', '1000.00', '500.00'), day('2026-01-31', '0.01', '0.00')]
    expect(formatChart([...days, day('2026-02-28', '1000.00', '0.00')], 'USD', false)).toBe(
      [
        'Month      Debits                                                  Credits',
        '2026-01      0.00                        |#                           0.01',
        '2026-02    500.00                  ======|######################  2,000.00',
      ].join('\n'),
    )
  })

  it('shows the latest 24 months, and colours only when told to', () => {
    const days = Array.from({ length: 30 }, (_, month) =>
      day(
        `${2024 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-01`,
        '2',
        '1',
      ),
    )
    const lines = formatChart(days, 'JPY', false).split('\n')
    expect(lines).toHaveLength(25)
    expect(lines[1]).toMatch(/^2024-07/)
    expect(lines.join('')).not.toContain('\u001b')
    expect(lines.every((line) => line.length <= 80)).toBe(true)
  })

  it('is only a heading without days', () => {
    expect(formatChart([], 'USD', true).split('\n')).toHaveLength(1)
  })
})
