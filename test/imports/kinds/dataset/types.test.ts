import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DatasetLoads, openDatasetLoads } from './dataset-loads.ts'

let datasets: DatasetLoads

beforeAll(async () => {
  datasets = await openDatasetLoads()
})
afterAll(() => datasets.close())

/** Loads one column, its cells quoted. */
const column = (cells: readonly string[], options = {}) =>
  datasets.load(['c', ...cells.map((cell) => `"${cell.replaceAll('"', '""')}"`), ''].join('\n'), {
    dialect: { header: true, delimiter: ',' },
    ...options,
  })

describe('a column', () => {
  it.each([
    ['integer', ['1', ' -9223372036854775808', '9223372036854775807'], null],
    ['integer', ['0', '0'], null],
    ['numeric', ['1', '0.50', '-12345678901234567890.25'], null],
    ['boolean', ['Yes', 'no', ' YES'], ['true', 'false', 'true']],
    ['integer', ['0', '1'], null],
    ['text', ['y', 'N'], null],
    ['boolean', ['True', 'false'], ['true', 'false']],
    ['date', ['2026-01-31', '2024-02-29'], null],
    ['date', ['31/01/2026', '1/2/2026'], ['2026-01-31', '2026-02-01']],
    ['date', ['01/31/2026', '1/2/2026'], ['2026-01-31', '2026-01-02']],
    ['date', ['31.01.2026', '01.02.2026'], ['2026-01-31', '2026-02-01']],
    [
      'timestamp',
      ['2026-01-31 10:15', '2026-01-31T10:15:30.123456'],
      ['2026-01-31 10:15:00', '2026-01-31 10:15:30.123456'],
    ],
    [
      'timestamp',
      ['31/01/2026 3:05 PM', '01/02/2026 12:00 AM'],
      ['2026-01-31 15:05:00', '2026-02-01 00:00:00'],
    ],
    [
      'uuid',
      ['0F8FAD5B-d9cb-469f-a165-70867728950e', ' 0f8fad5b-d9cb-469f-a165-70867728950f '],
      ['0f8fad5b-d9cb-469f-a165-70867728950e', '0f8fad5b-d9cb-469f-a165-70867728950f'],
    ],
    ['json', ['{"a": 1.50, "a": [null]}', '[1,  2]'], null],
    ['text', ['1', 'x', ' 2 '], null],
    ['text', ['007', '1'], null],
    ['text', ['2026-02-30', '2026-01-01'], null],
    ['text', ['9223372036854775808', '1'], null],
    ['text', ['yes', '0'], null],
    ['text', ['1,234', '2'], null],
    ['text', ['31/01/26', '01/02/26'], null],
  ] as const)('is %s by all its cells: %j', async (type, cells, stored) => {
    const { types, rows, columns } = await column(cells)
    expect(types).toEqual([type])
    const expected = stored ?? cells.map((cell) => (type === 'text' ? cell : cell.trim()))
    expect((await rows()).flat()).toEqual(expected)
    expect(columns[0]?.nullable).toBe(false)
  })

  it('of timestamps keeps them, whatever their offset', async () => {
    const cells = ['2026-01-31T10:15:00Z', '2026-01-31 10:15:00.5+05:30', '2026-01-31 10:15 -0800']
    const { types, rows, table } = await column(cells)
    expect(types).toEqual(['timestamptz'])
    expect(await rows()).toHaveLength(3)
    const found = await datasets.database.query<{ c: Date }>(`SELECT c FROM ${table} ORDER BY _row`)
    expect(found.map(({ c }) => c.toISOString())).toEqual([
      '2026-01-31T10:15:00.000Z',
      '2026-01-31T04:45:00.500Z',
      '2026-01-31T18:15:00.000Z',
    ])
  })

  it('stays text, and says so, if day and month are ambiguous', async () => {
    for (const cells of [
      ['01/02/2026', '03/04/2026'],
      ['01/02/2026 10:00', '03/04/2026 11:00'],
    ]) {
      const { columns, rows } = await column(cells)
      expect(columns).toMatchObject([{ type: 'text', ambiguous: true }])
      expect((await rows()).flat()).toEqual(cells)
    }
    expect((await column(['13/02/2026', '03/04/2026'])).columns[0]).not.toHaveProperty('ambiguous')
  })

  it('has numbers in the given format', async () => {
    const german = { decimal: ',', thousands: '.', currencySigns: true } as const
    const { types, rows } = await column(['1.234,50', '€ 2.000', '-3,5', '12 €', '4'], {
      numbers: german,
    })
    expect(types).toEqual(['numeric'])
    expect((await rows()).flat()).toEqual(['1234.50', '2000', '-3.5', '12', '4'])
    const swiss = { decimal: '.', thousands: "'", currencySigns: false } as const
    const whole = await column(["1'234'567", '89'], { numbers: swiss })
    expect(whole.types).toEqual(['integer'])
    expect((await whole.rows()).flat()).toEqual(['1234567', '89'])
    expect((await column(["12'34", '89'], { numbers: swiss })).types).toEqual(['text'])
  })

  it('without values is text', async () => {
    const { columns, rows } = await column(['', 'NULL', ' n/a '])
    expect(columns).toMatchObject([{ type: 'text', nullable: true }])
    expect((await rows()).flat()).toEqual([null, 'NULL', ' n/a '])
  })
})

describe('null words', () => {
  const text = 'a,b,c\n1,x,\n-,"",3\n, NULL ,4\n'

  it('are the usual ones by default, and the empty cell alone in a text', async () => {
    const { types, rows, columns } = await datasets.load(text)
    expect(types).toEqual(['integer', 'text', 'integer'])
    expect(await rows()).toEqual([
      ['1', 'x', null],
      [null, null, '3'],
      [null, ' NULL ', '4'],
    ])
    expect(columns.map(({ nullable }) => nullable)).toEqual([true, true, true])
  })

  it('are those that are given, and the empty cell', async () => {
    const { types, rows } = await datasets.load(text, { nulls: ['', '-'] })
    expect(types).toEqual(['integer', 'text', 'integer'])
    expect(await rows()).toEqual([
      ['1', 'x', null],
      [null, null, '3'],
      [null, ' NULL ', '4'],
    ])
  })

  it('may be a word only, so that an empty cell is a text', async () => {
    const rows = 'a,b,c\n1,x,\n-,"",3\n2, - ,4\n'
    const { types, columns, ...loaded } = await datasets.load(rows, { nulls: ['-'] })
    expect(types).toEqual(['integer', 'text', 'text'])
    expect(await loaded.rows()).toEqual([
      ['1', 'x', ''],
      [null, '', '3'],
      ['2', null, '4'],
    ])
    expect(columns.map(({ nullable }) => nullable)).toEqual([true, true, false])
  })

  it('are no blanks with types=text, whose column is not left out', async () => {
    const { columns, rows } = await datasets.load('a;\n1; \n2;\n', { types: 'text' })
    expect(columns).toHaveLength(2)
    expect(await rows()).toEqual([
      ['1', ' '],
      ['2', ''],
    ])
    expect((await datasets.load('a;\n1; \n2;\n')).columns).toHaveLength(1)
  })

  it('do not exist with types=text', async () => {
    const { types, rows, columns } = await datasets.load(text, { types: 'text' })
    expect(types).toEqual(['text', 'text', 'text'])
    expect(await rows()).toEqual([
      ['1', 'x', ''],
      ['-', '', '3'],
      ['', ' NULL ', '4'],
    ])
    expect(columns.map(({ nullable }) => nullable)).toEqual([false, false, false])
  })
})
