import { describe, expect, it } from 'vitest'
import { formatTable } from '../../../src/programs/demo/output/table.ts'

describe('the table', () => {
  it('has columns as wide as they need', () => {
    expect(
      formatTable(
        ['A', 'Amount'],
        [
          ['1', '2.00'],
          ['200', '1,000.00'],
        ],
      ),
    ).toBe(['  A    Amount', '---  --------', '  1      2.00', '200  1,000.00'].join('\n'))
  })
})
