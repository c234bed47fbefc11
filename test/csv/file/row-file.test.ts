import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { briefly, readFile } from './read-file.ts'

describe('a row with another number of cells', () => {
  const text = 'id,name,amount\n1,Bob\n2,Jim,3,4\n3,Ann,5\n4,Eve,6,\n'

  it('is refused with its cells unchanged', async () => {
    const { rows, rejects, file } = await readFile(text, { delimiter: ',' })
    expect(rows).toEqual([['3', 'Ann', '5']])
    expect(rejects).toMatchObject([
      { line: 2, column: '', code: 'too_few_cells', cells: ['1', 'Bob'] },
      { line: 3, column: '', code: 'too_many_cells', cells: ['2', 'Jim', '3', '4'] },
      { line: 5, column: '', code: 'too_many_cells', cells: ['4', 'Eve', '6', ''] },
    ])
    expect(rejects.every(({ reason }) => /^[A-Z].*\.$/.test(reason))).toBe(true)
    expect(file.rowsRead).toBe(4)
    expect(file.rowsFine).toBe(1)
  })

  it('is accepted and counted when padding is allowed', async () => {
    const { rows, rejects, dialect } = await readFile(`${text}5\n`, {
      ragged: 'pad',
      delimiter: ',',
    })
    expect(rows.map((row) => row.length)).toEqual([2, 4, 3, 4, 1])
    expect(rejects).toEqual([])
    expect(dialect.raggedRows).toBe(4)
  })
})

describe('empty columns at the right', () => {
  it('may be missing, and a trailing delimiter is not a cell', async () => {
    const many = '1,Bob,\n'.repeat(60_000)
    const trailing = await readFile(`id,name\n${many}2,Jim\n3,Ann,x\n4,Eve,,\n`)
    expect(trailing.columns).toEqual(['id', 'name'])
    expect(trailing.rows).toHaveLength(60_001)
    expect(briefly(trailing.rejects)).toEqual(['60003 too_many_cells', '60004 too_many_cells'])

    const unnamed = await readFile('id,name,,\n1,Bob,,\n2,Jim\n3,Ann,,\n4,Eve,,\n5\n')
    expect(unnamed.rows.map(([id]) => id)).toEqual(['1', '2', '3', '4'])
    expect(briefly(unnamed.rejects)).toEqual(['6 too_few_cells'])
  })

  it('are columns if the header names them', async () => {
    const { rejects, rows } = await readFile('id,name,note\n1,Bob,\n2,Jim,\n3,Ann\n')
    expect(rows).toHaveLength(2)
    expect(briefly(rejects)).toEqual(['4 too_few_cells'])
  })
})

describe('bytes that cannot be stored', () => {
  it('make only their own row refused: NUL', async () => {
    const { rows, rejects } = await readFile('id,name\n1,Bob\n2,J\0m\n3,Ann\n')
    expect(rows.map(([id]) => id)).toEqual(['1', '3'])
    expect(briefly(rejects)).toEqual(['3 nul_character'])
  })

  it('make their row refused if the caller says the file is UTF-8', async () => {
    const bytes = Buffer.from('id,name\n1,Bob\n2,J\xfcrgen\n3,Ann\n', 'latin1')
    const strict = await readFile(bytes, { encoding: 'utf-8' })
    expect(strict.rows.map(([id]) => id)).toEqual(['1', '3'])
    expect(briefly(strict.rejects)).toEqual(['3 invalid_utf8'])
    expect(strict.dialect.mendedBytes).toBe(0)
    const found = await readFile(bytes)
    expect(found.rows[1]).toEqual(['2', 'Jürgen'])
    expect(found.dialect.encoding).toBe('windows-1252')
  })

  it('are converted and counted if they first occur late', async () => {
    const start = Buffer.from(`id,name\n${'1,Zoë\n'.repeat(60_000)}`)
    const late = Buffer.concat([start, Buffer.from('2,J\xfcrgen\n', 'latin1')])
    const { rows, dialect } = await readFile(late, { lengths: [50_000] })
    expect(dialect.encoding).toBe('utf-8')
    expect(dialect.mendedBytes).toBe(1)
    expect(rows.at(-1)).toEqual(['2', 'Jürgen'])
  })
})

describe('a quote', () => {
  it('that is never closed, or has text after it, costs only its row', async () => {
    const text = 'id,name\n1,Bob\n3,"Ann" Lee\n4,"E ""v"" e"\n5,"x\ny"\n7,"Eve\n8,Jim\n'
    const { rows, rejects } = await readFile(text)
    expect(rows).toEqual([
      ['1', 'Bob'],
      ['4', 'E "v" e'],
      ['5', 'x\ny'],
      ['8', 'Jim'],
    ])
    expect(briefly(rejects)).toEqual(['3 malformed_quote', '7 quote_not_closed'])
    expect(rejects.map(({ cells }) => cells)).toEqual([
      ['3', '"Ann" Lee'],
      ['7', '"Eve'],
    ])
  })
})

describe('an additional check', () => {
  it('runs for every well-formed row, and no other', async () => {
    const asked: string[] = []
    const { rows, rejects } = await readFile('id,name\n1,Bob\n2\n3,Ann\n', {
      check: (batch, row) => {
        const [id = ''] = batch.texts(row)
        asked.push(id)
        return id === '3' ? { column: 'id', code: 'three', reason: 'It is three.' } : undefined
      },
    })
    expect(asked).toEqual(['1', '3'])
    expect(rows).toEqual([['1', 'Bob']])
    expect(briefly(rejects)).toEqual(['3 too_few_cells', '4 three id'])
  })
})

describe('an encoding', () => {
  const text = 'id,name\n1,Jürgen\n'
  it.each([
    ['utf-8', Buffer.from(`\ufeff${text}`)],
    ['utf-16le', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16be', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['windows-1252', Buffer.from(text, 'latin1')],
  ] as const)(
    'is read without its mark, whether detected or given: %s',
    async (encoding, bytes) => {
      for (const given of [{}, { encoding }]) {
        const { columns, rows, dialect } = await readFile(bytes, { ...given, lengths: [1] })
        expect(dialect.encoding).toBe(encoding)
        expect(columns).toEqual(['id', 'name'])
        expect(rows).toEqual([['1', 'Jürgen']])
      }
    },
  )
})

describe('a file', () => {
  it.each([
    ['empty_file', Buffer.alloc(0)],
    ['empty_file', Buffer.from('\ufeff')],
    ['empty_file', Buffer.from('\ufeff\r\n\n')],
    ['empty_file', Buffer.from('\n')],
    ['empty_file', Buffer.from([0xff, 0xfe, 0x0a, 0x00])],
    ['binary_file', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')],
  ])('that is empty or binary is not opened: %s', async (code, bytes) => {
    await expect(readFile(bytes)).rejects.toMatchObject({ code })
  })

  it('of one column keeps its empty lines as rows', async () => {
    expect((await readFile('name\nBob\n\nJim\n')).rows).toEqual([['Bob'], [''], ['Jim']])
    expect((await readFile('id,name\n1,Bob\n\n2,Jim\n')).rows).toHaveLength(2)
  })

  it('is read the same wherever its chunks are cut', async () => {
    const line = fc.constantFrom(
      '1,Bob,x',
      '2,Jim',
      '3,"a\nb",y',
      '4,"x',
      '',
      'a,b,c',
      '5,é,z,',
      '6,"q"r,s',
      'Total: 7',
      '7,\0,n',
    )
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
    const ragged = fc.constantFrom('reject' as const, 'pad' as const)
    const given = fc.record({ ragged, footerLines: fc.option(fc.nat(3), { nil: undefined }) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 9 }),
        lengths,
        given,
        fc.constantFrom('\n', '\r\n', '\r'),
        async (lines, cuts, { ragged, footerLines }, end) => {
          const text = ['a,b,c', '0,Ann,w', ...lines].join(end)
          const options = { ragged, header: true, ...(footerLines && { footerLines }) }
          const { file, ...whole } = await readFile(text, options)
          const { file: again, ...cutUp } = await readFile(text, { ...options, lengths: cuts })
          expect(cutUp).toEqual(whole)
          expect(again.rowsRead).toBe(file.rowsRead)
          expect(file.rowsRead).toBe(whole.rows.length + whole.rejects.length)
        },
      ),
      { numRuns: 300 },
    )
  })
})
