import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DatasetLoads, openDatasetLoads } from './dataset-loads.ts'

let datasets: DatasetLoads

beforeAll(async () => {
  datasets = await openDatasetLoads()
})
afterAll(() => datasets.close())

const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`
const COMMA = { dialect: { delimiter: ',', header: true } } as const

describe('rows that can be copied unchanged', () => {
  const cells = [
    ['1', '0.50', 'true', '2026-01-31', '2026-01-31T10:15:00Z', '{"a": 1}', 'a "word", or two'],
    ['2', '', '', '', '', '', ''],
    ['3', '-1', 'false', '2024-02-29', '2026-01-31 10:15:00+05:30', '[1]', "it's \\. é"],
  ]
  const bare = (cell: string) => (/[",]/.test(cell) ? quote(cell) : cell)
  const text = (end: string, write: (cell: string) => string) =>
    ['a,b,c,d,e,f,g', ...cells.map((row) => row.map(write).join(',')), ''].join(end)

  it('give the same rows as those that are rewritten', async () => {
    const plain = await datasets.load(text('\n', bare))
    expect(plain.types).toEqual([
      'integer',
      'numeric',
      'boolean',
      'date',
      'timestamptz',
      'json',
      'text',
    ])
    const rows = await plain.rows()
    expect(rows).toHaveLength(3)
    expect(rows[1]).toEqual(['2', ...Array(6).fill(null)])
    const padded = (cell: string) => (/[[{"']/.test(cell) ? bare(cell) : ` ${cell}\t`)
    for (const file of [
      text('\n', quote),
      text('\n', padded),
      text('\r\n', bare),
      text('\r\n', quote),
      text('\r', bare),
      text('\n', bare).slice(0, -1),
      Buffer.from(`\ufeff${text('\n', bare)}`, 'utf16le'),
    ]) {
      const loaded = await datasets.load(file, COMMA)
      expect(loaded.types).toEqual(plain.types)
      expect(await loaded.rows()).toEqual(rows)
      expect(loaded.counts).toEqual({ read: 3, loaded: 3, skipped: 0 })
    }
  })

  it('can be mixed with others, in any order, with any line ends and empty lines between', async () => {
    const given: (readonly [string, string | null, string])[] = []
    let file = 'a,b,c\n'
    const ends = ['\n', '\r\n', '\r', '\n\n', '\r\n\r\n\n', '\n \n'.slice(0, 1)]
    for (let row = 0; row < 5_000; row += 1) {
      const word =
        ['x', 'say "hi"', 'two\nlines', 'two\r\nlines', "o'clock", '\\.', '\\'][row % 7] ?? ''
      const written = row % 7 === 1 && row % 2 ? word : row % 7 > 0 ? quote(word) : word
      given.push([`${row}`, row % 5 === 0 ? null : `${row}.5`, word])
      const number = row % 5 === 0 ? ['', '""', 'NULL', ' '][row % 4] : `${row}.5`
      file += `${row % 11 === 0 ? ` ${row}` : row},${number},${written}${ends[row % ends.length]}`
    }
    const { rows, types, rejects, dialect } = await datasets.load(file, COMMA)
    expect(rejects).toEqual([])
    expect(dialect.lineEndsSeen).toBe('mixed')
    expect(types).toEqual(['integer', 'numeric', 'text'])
    expect(await rows()).toEqual(given)
  })

  it('may have empty lines between them', async () => {
    const { rows } = await datasets.load('a,b\n1,x\n\n2,y\n\n\n3,z\n4,w\n', COMMA)
    expect((await rows()).map(([a]) => a)).toEqual(['1', '2', '3', '4'])
  })

  it('are numbered from 1 in the order of the file, without refused ones', async () => {
    const lines = Array.from({ length: 70_000 }, (_, row) =>
      row % 1_000 === 7 ? 'bad' : `${row},x`,
    )
    const { table, counts, rejects } = await datasets.load(`a,b\n${lines.join('\n')}\n`)
    expect(counts).toEqual({ read: 70_000, loaded: 69_930, skipped: 0 })
    expect(rejects).toHaveLength(70)
    expect(rejects[0]).toMatchObject({ line: 9, code: 'too_few_cells', cells: ['bad'] })
    const [sums] = await datasets.database.query(
      `SELECT min(_row)::int, max(_row)::int, count(*)::int, bool_and(a >= _row - 1) AS ordered,
        count(DISTINCT a - _row)::int AS steps FROM ${table}`,
    )
    expect(sums).toEqual({ min: 1, max: 69_930, count: 69_930, ordered: true, steps: 71 })
  })
})

describe('cells that COPY would read differently', () => {
  it.each([
    [
      'a quote within a cell',
      'a,b\n5" pipe,x\nx,7"\n',
      [
        ['5" pipe', 'x'],
        ['x', '7"'],
      ],
    ],
    ['the end mark of old servers', 'a\n\\.\nx\n', [['\\.'], ['x']]],
    [
      'the same as first of two',
      'a,b\n\\.,x\n\\.,y\n',
      [
        ['\\.', 'x'],
        ['\\.', 'y'],
      ],
    ],
    [
      'the sign of a null',
      'a,b\n\\\\N,x\nN,y\n',
      [
        ['\\\\N', 'x'],
        ['N', 'y'],
      ],
    ],
    [
      'backslashes',
      'a,b\nC:\\n,x\n\\,y\n',
      [
        ['C:\\n', 'x'],
        ['\\', 'y'],
      ],
    ],
    [
      'a single quote',
      "a,b\n'x',y\n'z,y\n",
      [
        ["'x'", 'y'],
        ["'z", 'y'],
      ],
    ],
  ])('are stored correctly: %s', async (_, file, expected) => {
    const options = { dialect: { delimiter: ',', quote: '"', header: true } }
    expect(await (await datasets.load(file, options)).rows()).toEqual(expected)
    const text = await datasets.load(file, { ...options, types: 'text' })
    expect(await text.rows()).toEqual(expected)
  })

  it('are written with another delimiter if COPY does not accept the file’s', async () => {
    for (const delimiter of [' ', '.', '\\', "'", 'e', '0']) {
      const file = ['a', 'b', 'x', '"y, z"', '""', 'q'].reduce(
        (text, cell, index) => `${text}${cell}${index % 2 ? '\n' : delimiter}`,
        '',
      )
      const { rows } = await datasets.load(file, {
        dialect: { delimiter, quote: '"', header: true },
      })
      expect(await rows()).toEqual([
        ['x', 'y, z'],
        [null, 'q'],
      ])
    }
  })

  it('get no quotes if the file has none', async () => {
    const { rows } = await datasets.load('a,b\n"x,y"\n', {
      dialect: { delimiter: ',', quote: null, header: true },
    })
    expect(await rows()).toEqual([['"x', 'y"']])
  })
})

describe('rows with too few or too many cells', () => {
  const file = 'a,b\n1,x\n2\n3,y,z\n4,w,,7\n'

  it('get additional columns if the request pads them', async () => {
    const options = { ragged: 'pad', dialect: { delimiter: ',' } } as const
    const { columns, rows, dialect } = await datasets.load(file, options)
    expect(columns.map(({ name, source_name }) => [name, source_name])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['extra_1', null],
      ['extra_2', null],
    ])
    expect(columns.map(({ type }) => type)).toEqual(['integer', 'text', 'text', 'integer'])
    expect(dialect.raggedRows).toBe(3)
    expect(await rows()).toEqual([
      ['1', 'x', null, null],
      ['2', null, null, null],
      ['3', 'y', 'z', null],
      ['4', 'w', null, '7'],
    ])
    const text = await datasets.load(file, { ...options, types: 'text' })
    expect(await text.rows()).toEqual([
      ['1', 'x', null, null],
      ['2', null, null, null],
      ['3', 'y', 'z', null],
      ['4', 'w', '', '7'],
    ])
    expect(text.columns.map(({ nullable }) => nullable)).toEqual([false, true, true, true])
  })

  it('get columns that begin late in the file', async () => {
    const many = '1,x\n'.repeat(60_000)
    const { columns, counts, rejects } = await datasets.load(`a,b\n${many}2,y,z\n`, {
      ragged: 'pad',
      surveyBytes: 1,
    })
    expect(columns.map(({ name }) => name)).toEqual(['a', 'b', 'extra_1'])
    expect(counts.loaded).toBe(60_001)
    expect(rejects).toEqual([])
  })
})
