import { describe, expect, it } from 'vitest'
import { briefly, readFile } from './read-file.ts'

describe('the header', () => {
  it('names the columns unchanged, and is not a row', async () => {
    const { columns, rows, header, dialect } = await readFile('id, Full Name ,\n1,Bob,x\n2,Jim,y\n')
    expect(columns).toEqual(['id', ' Full Name ', null])
    expect(header).toEqual(['id', ' Full Name ', 'column_3'])
    expect(rows).toEqual([
      ['1', 'Bob', 'x'],
      ['2', 'Jim', 'y'],
    ])
    expect(dialect.header).toBe(true)
  })

  it('is absent if all rows are alike', async () => {
    const { columns, rows, header, file } = await readFile('1,Bob\n2,Jim\n')
    expect(columns).toEqual([null, null])
    expect(header).toEqual(['column_1', 'column_2'])
    expect(rows).toHaveLength(2)
    expect(file.rowsRead).toBe(2)
  })

  it('follows what the caller specifies', async () => {
    expect((await readFile('1,Bob\n2,Jim\n', { header: true })).columns).toEqual(['1', 'Bob'])
    const without = await readFile('id,name\n2,Jim\n', { header: false })
    expect(without.rows).toEqual([
      ['id', 'name'],
      ['2', 'Jim'],
    ])
  })

  it('is not a row where it is repeated, however far below', async () => {
    const block = `id,name\n${'1,Bob\n'.repeat(60_000)}`
    const { rows, dialect, rejects } = await readFile(block.repeat(3), { lengths: [65_000] })
    expect(rows).toHaveLength(180_000)
    expect(dialect.repeatedHeaders).toBe(2)
    expect(rejects).toEqual([])
  })

  it('of two rows is not a row, nor where it is repeated', async () => {
    const header = 'item,amount,price\n,EUR,USD\n'
    const block = `${header}a,1,2.5\nb,2,3.5\nc,3,4\nd,4,5\n`
    const { columns, rows, dialect, rejects } = await readFile(block + block)
    expect(columns).toEqual(['item', 'amount EUR', 'price USD'])
    expect(rows).toHaveLength(8)
    expect(dialect).toMatchObject({ headerLines: 2, repeatedHeaders: 1 })
    expect(rejects).toEqual([])
  })

  it('alone is a file without rows', async () => {
    const { columns, rows, file } = await readFile('id,name\n')
    expect(columns).toEqual(['id', 'name'])
    expect(rows).toEqual([])
    expect(file.rowsRead).toBe(0)
  })

  it('loses NUL characters, which cannot be stored', async () => {
    const given = { encoding: 'utf-8', header: true } as const
    const { columns, dialect } = await readFile('i\0d,name\n1,Bob\n', given)
    expect(columns).toEqual(['id', 'name'])
    expect(dialect.names).toEqual(['id', 'name'])
  })
})

describe('lines before the header', () => {
  it('are skipped whether detected or given, and count as lines', async () => {
    const text = 'Sales\nmade in 2026\n\nid,name,amount\n1,Bob,2.5\n2,Jim\n3,Ann,4\n'
    for (const given of [{}, { preambleLines: 3 }]) {
      const { rows, columns, dialect, rejects } = await readFile(text, given)
      expect(columns).toEqual(['id', 'name', 'amount'])
      expect(rows).toHaveLength(2)
      expect(dialect.preambleLines).toBe(3)
      expect(briefly(rejects)).toEqual(['6 too_few_cells'])
    }
  })

  it('may contain anything if their number is given', async () => {
    const text = '"never closed\na,b,c,d\nid,name\n1,Bob\n'
    const { columns, rows } = await readFile(text, { preambleLines: 2 })
    expect(columns).toEqual(['id', 'name'])
    expect(rows).toEqual([['1', 'Bob']])
  })
})

describe('a file of rejects', () => {
  const text = [
    'reject_line,reject_column,reject_code,reject_reason,id,name',
    '17,,too_few_cells,"Too few, it seems",1,Bob',
    '18,name,missing_value,Empty.,2',
    '19,name,missing_value,Empty.,,',
  ].join('\r\n')

  it('is read without the columns added before the rows', async () => {
    const { columns, rows, file, rejects, header } = await readFile(text)
    expect(file.skippedCells).toBe(4)
    expect(columns).toEqual(['id', 'name'])
    expect(header).toEqual(['id', 'name'])
    expect(rows).toEqual([
      ['1', 'Bob'],
      ['', ''],
    ])
    expect(rejects).toMatchObject([{ line: 3, code: 'too_few_cells', cells: ['2'] }])
  })

  it('is recognised only by all four names', async () => {
    const { file, columns } = await readFile('reject_line,reject_column,id\n1,2,3\n')
    expect(file.skippedCells).toBe(0)
    expect(columns).toHaveLength(3)
  })
})
