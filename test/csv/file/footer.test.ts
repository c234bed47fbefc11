import { describe, expect, it } from 'vitest'
import { briefly, readFile } from './read-file.ts'

const TABLE = 'id,name,amount,day\n1,Bob,2.5,2026-01-01\n2,Jim,3,2026-01-02\n'

describe('a footer', () => {
  it.each([
    'Total: 2',
    'Total,2',
    'GRAND TOTAL,,5.5',
    '(2 rows)',
    'Printed on 2026-02-01 by somebody',
    '\nSource: the bank\n\nPage 1 of 1',
    'End',
  ])('is detected and not a row: %j', async (footer) => {
    for (const end of ['', '\n', '\n\n']) {
      const { rows, rejects, dialect, file } = await readFile(TABLE + footer + end)
      expect(rows).toHaveLength(2)
      expect(rejects).toEqual([])
      expect(dialect.footerLines).toBe(footer.includes('Page') ? 2 : 1)
      expect(file.rowsRead).toBe(2)
    }
  })

  it.each(['3', '3,Ann', 'Ann', '3,"Ann Lee"', '***'])(
    'is not detected in what may be a truncated row: %j',
    async (last) => {
      const { rows, rejects, dialect } = await readFile(TABLE + last)
      expect(rows).toHaveLength(2)
      expect(briefly(rejects)).toEqual(['4 too_few_cells'])
      expect(dialect.footerLines).toBe(0)
    },
  )

  it('must end the file: notes followed by rows are refused, in order', async () => {
    const { rows, rejects, dialect } = await readFile(
      `${TABLE}Total: 2\nof two people\n3\n4,Ann,5,2026-01-04\nTotal: 3\n`,
      { delimiter: ',' },
    )
    expect(rows).toHaveLength(3)
    expect(briefly(rejects)).toEqual(['4 too_few_cells', '5 too_few_cells', '6 too_few_cells'])
    expect(dialect.footerLines).toBe(1)
  })

  it('has at most 20 rows', async () => {
    const { rejects } = await readFile(`${TABLE}${'a note of it\n'.repeat(21)}`)
    expect(rejects).toHaveLength(21)
    expect(rejects.map(({ line }) => line)).toEqual(Array.from({ length: 21 }, (_, row) => 4 + row))
  })

  it('is as many lines as specified, whatever they contain', async () => {
    const footer = '9,Total,9.5,2026-01-09\n"a quote that is never closed\n\nthe end'
    for (const lengths of [[1], [7, 2], [1_000]]) {
      for (const end of ['', '\n']) {
        const { rows, rejects, dialect } = await readFile(TABLE + footer + end, {
          footerLines: 4,
          lengths,
        })
        expect(rows).toHaveLength(2)
        expect(rejects).toEqual([])
        expect(dialect.footerLines).toBe(4)
      }
    }
  })

  it('can be specified for lines that end with a carriage return', async () => {
    const { rows } = await readFile(`${TABLE}x\ny\n`.replaceAll('\n', '\r'), { footerLines: 2 })
    expect(rows).toHaveLength(2)
  })

  it('is not detected if the caller says there is none', async () => {
    const { rejects } = await readFile(`${TABLE}Total: 2\n`, { footerLines: 0 })
    expect(briefly(rejects)).toEqual(['4 too_few_cells'])
  })

  it('may be longer than the file', async () => {
    const { rows, file } = await readFile(TABLE, { footerLines: 10 })
    expect(rows).toEqual([])
    expect(file.rowsRead).toBe(0)
  })
})
