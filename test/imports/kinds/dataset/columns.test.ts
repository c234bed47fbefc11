import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DatasetLoads, openDatasetLoads } from './dataset-loads.ts'

let datasets: DatasetLoads

beforeAll(async () => {
  datasets = await openDatasetLoads()
})
afterAll(() => datasets.close())

const HEADER = { dialect: { delimiter: ',', quote: '"', header: true } } as const
const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`

/** The names of columns with these headers. */
async function namesOf(header: readonly string[], options = {}) {
  const file = `${header.map(quote).join(',')}\n${header.map((_, index) => index + 5).join(',')}\n`
  const { columns, rows } = await datasets.load(file, { ...HEADER, ...options })
  expect(await rows()).toEqual([header.map((_, index) => `${index + 5}`)])
  return columns.map(({ name }) => name)
}

describe('names', () => {
  it('are numbered where a thousand columns have one name, or begin alike', async () => {
    const many = Array.from({ length: 1_000 }, () => 'a')
    expect(await namesOf(many)).toEqual(
      many.map((_, index) => (index === 0 ? 'a' : `a_${index + 1}`)),
    )
    const long = 'x'.repeat(80)
    const names = await namesOf([long, `${'x'.repeat(61)}y`, long, long, `${'x'.repeat(61)}y`])
    expect(new Set(names).size).toBe(5)
    for (const name of names) expect(name).toMatch(/^x{61}(xx|y|_\d)$/)
  })

  it.each([
    [
      ['id', 'ID', 'Id', 'id_2'],
      ['id', 'id_2', 'id_3', 'id_2_2'],
    ],
    [
      ['select', 'from', 'table', 'user'],
      ['select', 'from', 'table', 'user'],
    ],
    [
      ['a"; DROP TABLE datasets; --', "b'c", 'd\ne'],
      ['a_drop_table_datasets', 'b_c', 'd_e'],
    ],
    [
      ['Größe', 'naïve Ünit', 'İstanbul', '名前'],
      ['große', 'naive_unit', 'istanbul', '名前'],
    ],
    [
      ['😀', '', '  ', '%$'],
      ['column_1', 'column_2', 'column_3', 'column_4'],
    ],
    [
      ['2026', '1st', '½'],
      ['_2026', '_1st', '_1_2'],
    ],
    [
      ['_row', 'sort', 'cursor', 'page', 'per_page'],
      ['row', 'sort_2', 'cursor_2', 'page_2', 'per_page_2'],
    ],
    [
      ['constructor', '__proto__', 'toString', 'hasOwnProperty'],
      ['constructor', 'proto', 'tostring', 'hasownproperty'],
    ],
    [
      ['ctid', 'xmin', 'tableoid', 'x'],
      ['ctid_2', 'xmin_2', 'tableoid_2', 'x'],
    ],
    [
      ['column_2', '', 'column_2'],
      ['column_2', 'column_2_2', 'column_2_3'],
    ],
  ])('of %j are unique identifiers', async (header, names) => {
    expect(await namesOf(header)).toEqual(names)
  })

  it('are not longer than PostgreSQL allows, and still unique', async () => {
    const names = await namesOf([
      'x'.repeat(200),
      'x'.repeat(201),
      'é'.repeat(200),
      'ж'.repeat(200),
    ])
    expect(names.map((name) => Buffer.byteLength(name))).toEqual([63, 63, 63, 62])
    expect(new Set(names).size).toBe(4)
  })

  it('are found quickly when the header is huge', async () => {
    const [name] = await namesOf(['n'.repeat(200_000), 'x'])
    expect(name).toBe('n'.repeat(63))
  })

  it('are renamed by the request, by the name in the file or in the dataset', async () => {
    const rename = { ' Full Name': 'Person', amount: 'sum', b_2: 'second b' }
    expect(await namesOf(['Full Name', 'Amount', 'b', 'b'], { rename })).toEqual([
      'person',
      'sum',
      'b',
      'second_b',
    ])
    expect(await namesOf(['a', 'b'], { rename: { a: 'b', b: 'a' } })).toEqual(['b', 'a'])
    expect(await namesOf(['a', 'b'], { rename: { a: '%' } })).toEqual(['a', 'b'])
  })

  it.each(['rename', 'defaults'])('unknown to the file in %s fail the import', async (option) => {
    const load = datasets.load('a,b\n1,2\n', { [option]: { c: 'x' } })
    await expect(load).rejects.toMatchObject({ code: 'unknown_column' })
  })

  it.each(['critical', 'primaryKey'])(
    'unknown to the file in %s fail the import',
    async (option) => {
      const load = datasets.load('a,b\n1,2\n', { [option]: ['c'] })
      await expect(load).rejects.toMatchObject({ code: 'unknown_column' })
    },
  )
})

describe('trailing columns without name and values', () => {
  it('are dropped', async () => {
    const { columns, rows, table } = await datasets.load('a,b,,\n1,x,,\n2,y,,\n')
    expect(columns.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(await rows()).toHaveLength(2)
    const stored = await datasets.database.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
      [table],
    )
    expect(stored.map(({ attname }) => attname)).toEqual(['_row', 'a', 'b'])
  })

  it('are kept if any row fills them, or a default does', async () => {
    const filled = await datasets.load('a,,\n1,,\n2,,5\n')
    expect(filled.columns.map(({ name }) => name)).toEqual(['a', 'column_2', 'column_3'])
    const given = await datasets.load('a,,\n1,,\n2,,\n', {
      defaults: { column_2: '7' },
      dialect: { header: true },
    })
    expect(await given.rows()).toEqual([
      ['1', '7'],
      ['2', '7'],
    ])
  })
})

describe('a table', () => {
  const wide = (columns: number) => {
    const cells = (write: (index: number) => string) =>
      Array.from({ length: columns }, (_, index) => write(index)).join(',')
    return `${cells((index) => `c${index}`)}\n${cells((index) => (index < 900 ? '1' : ''))}\n`
  }

  it('has up to 1,599 columns', async () => {
    const { columns, counts } = await datasets.load(wide(1_599), HEADER)
    expect(columns).toHaveLength(1_599)
    expect(counts.loaded).toBe(1)
  })

  it.each(['', '2,name,required,It is required.\n'])(
    'cannot have none but those of rejects',
    async (row) => {
      const file = `reject_line,reject_column,reject_code,reject_reason\n${row}`
      await expect(datasets.load(file, HEADER)).rejects.toMatchObject({ code: 'no_columns' })
    },
  )

  it.each([1_600, 1_601, 5_000])('cannot have %i columns', async (columns) => {
    await expect(datasets.load(wide(columns), HEADER)).rejects.toMatchObject({
      code: 'too_many_columns',
    })
  })

  it('cannot hold a row that is wider than a page of the server', async () => {
    const header = Array.from({ length: 1_200 }, (_, index) => `c${index}`).join(',')
    const row = Array.from({ length: 1_200 }, (_, index) => `${1e9 + index}`).join(',')
    await expect(datasets.load(`${header}\n${row}\n`, HEADER)).rejects.toMatchObject({
      code: 'limit_exceeded',
    })
  })

  it('holds long texts', async () => {
    const long = 'é'.repeat(3_000_000)
    const { rows } = await datasets.load(`a,b\n1,${long}\n2,"${long}""x"\n`)
    expect(await rows()).toEqual([
      ['1', long],
      ['2', `${long}"x`],
    ])
  })
})
