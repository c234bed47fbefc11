import { describe, expect, it } from 'vitest'
import { briefly, readFile } from './read-file.ts'

describe('a line that is neither loaded nor refused', () => {
  it('is listed above the table, with empty lines', async () => {
    const { dialect, rows } = await readFile('Title\n\nid,day\n1,2026-01-01\n2,2026-01-02\n')
    expect(rows).toHaveLength(2)
    expect(dialect.listed.preamble).toMatchObject({
      count: 2,
      lines: [
        { line: 1, text: 'Title' },
        { line: 2, text: '' },
      ],
    })
  })

  it('is listed below the table, detected or given', async () => {
    const text = 'id,name,day\n1,Ann,2026-01-01\n2,Bob,2026-01-02\n\nTotal: 2\n'
    const expected = { count: 1, lines: [{ line: 5, text: 'Total: 2' }] }
    expect((await readFile(text)).dialect.listed.footer).toMatchObject(expected)
    const given = await readFile(text, { footerLines: 1, lengths: [3] })
    expect(given.dialect.listed.footer).toMatchObject(expected)
    expect(given.dialect.listed.blankRows.lines).toEqual([{ line: 4, text: '' }])
  })

  it.each([
    ['a date', 'Date;Payee;Amount\n2026-01-01;Bob;1.5\n2026-01-02;Ann;2.5\n', 'Total;;4.0'],
    ['a date', 'Date;Payee;Amount\n2026-01-01;Bob;1.5\n2026-01-02;Ann;2.5\n', '****;;'],
    ['a date', 'Datum;Wer;Betrag\n01.01.2026;Bob;1,5\n02.01.2026;Ann;2,5\n', 'Summe;;4,0'],
  ])('is a total that stands where %s belongs', async (_, table, total) => {
    for (const lengths of [[1], [1_000]]) {
      const { dialect, rows } = await readFile(`${table}${total}\n;;\n`, { lengths })
      expect(rows).toHaveLength(2)
      expect(dialect.listed.footer.lines).toEqual([{ line: 4, text: total }])
    }
    const within = await readFile(`${table}${total}\n2026-01-03;Eve;1.5\n`)
    expect(within.rows).toHaveLength(4)
    expect((await readFile(table + total, { types: 'text' })).rows).toHaveLength(3)
  })

  it('is a row of blanks, wherever it is', async () => {
    const text = '\nid,name,n\n,,\n1,Ann,2\n  , ,\n\n2,,3\n"",,\n,,\n'
    const { dialect, rows, rejects } = await readFile(text)
    expect(rows).toEqual([
      ['1', 'Ann', '2'],
      ['2', '', '3'],
      ['', '', ''],
    ])
    expect(rejects).toEqual([])
    expect(dialect.listed.blankRows.lines.map(({ line }) => line)).toEqual([1, 3, 5, 6, 9])
  })

  it('repeats the header where it could not be data, the second line of it too', async () => {
    const rows = '2026-01-01,1.5,2\n2026-01-02,2.5,3\n2026-01-03,4,5\n'
    const head = 'day,amount,fee\n'
    const units = ',USD,USD\n'
    const part = await readFile(head + units + rows + head + rows)
    expect(part.rows).toHaveLength(6)
    expect(part.dialect.listed.repeatedHeaders.lines).toEqual([{ line: 6, text: head.trim() }])
    const whole = await readFile(head + units + rows + head + units + rows)
    expect(whole.rows).toHaveLength(6)
    expect(whole.dialect).toMatchObject({ repeatedHeaders: 1, headerLines: 2 })
    expect(whole.dialect.listed.repeatedHeaders.count).toBe(2)
  })

  it('is not a word that equals the header of its list', async () => {
    for (const given of [{}, { header: true }]) {
      const { rows } = await readFile('fruit\napple\nfruit\npear\n', given)
      expect(rows).toEqual([['apple'], ['fruit'], ['pear']])
    }
  })

  it('is listed in full only among the first hundred, and counted', async () => {
    const blank = ',\n'.repeat(250)
    const { dialect } = await readFile(`id,n\n1,2\n${blank}3,4\n`)
    expect(dialect.listed.blankRows.count).toBe(250)
    expect(dialect.listed.blankRows.lines).toHaveLength(100)
    const long = await readFile(`${'x'.repeat(50_000)}\nid,n,m\n1,2,3\n3,4,5\n`)
    expect(long.dialect.listed.preamble.lines[0]?.text).toHaveLength(20_000)
  })
})

describe('joined files', () => {
  it('have marks between them, which are counted', async () => {
    const part = '\ufeffday,n\n2026-01-01,1\n'
    const { rows, dialect, rejects } = await readFile(`${part}${part}\ufeff2026-01-02,2\n`)
    expect(rows).toEqual([
      ['2026-01-01', '1'],
      ['2026-01-01', '1'],
      ['2026-01-02', '2'],
    ])
    expect(rejects).toEqual([])
    expect(dialect).toMatchObject({ marks: 2, repeatedHeaders: 1 })
  })
})

describe('a header that lacks the last names', () => {
  it('leaves no row out', async () => {
    const { rows, columns, rejects } = await readFile('id,name\n1,Ann,x\n2,Bob,y\n3,Eve,z\n4,Tom\n')
    expect(columns).toEqual(['id', 'name', null])
    expect(rows).toHaveLength(3)
    expect(briefly(rejects)).toEqual(['5 too_few_cells'])
  })
})
