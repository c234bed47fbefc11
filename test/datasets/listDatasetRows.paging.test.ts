import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertDataset, newName, type TestColumn } from './tables.ts'

const cast = useCast()

type Cell = string | null
type Column = TestColumn & { readonly values: readonly Cell[] }

const list = (name: string, query = {}) =>
  cast.service.call('listDatasetRows', { params: { name }, query, token: cast.staff.token })

/** Columns with values that are often equal, or missing, each in ascending order. */
const COLUMNS: readonly Column[] = [
  { name: 'integer', type: 'integer', values: ['-9223372036854775808', '-1', '2', '10', null] },
  { name: 'numeric', type: 'numeric', values: ['-1.5', '0.10', '2', '10.00', null] },
  { name: 'boolean', type: 'boolean', values: ['false', 'true', null] },
  { name: 'date', type: 'date', values: ['0001-01-01', '2026-01-31', '9999-12-31', null] },
  {
    name: 'timestamptz',
    type: 'timestamptz',
    values: ['2026-01-31 10:00+05:30', '2026-01-31 10:00Z', '2026-01-31 10:00:00.000001Z', null],
  },
  { name: 'text', type: 'text', values: ['', 'B', 'a', 'x'.repeat(3000), 'ä', '\u{1f600}', null] },
  { name: 'json', type: 'json', values: ['1', '10', '2', '[]', '{"a": 1}', null] },
]

const tables = fc.array(
  fc.tuple(...COLUMNS.map(({ values }) => fc.nat({ max: values.length - 1 }))),
  { maxLength: 25 },
)
const orders = fc.record({
  column: fc.nat({ max: COLUMNS.length - 1 }),
  descending: fc.boolean(),
  perPage: fc.integer({ min: 1, max: 7 }),
})

/** What the order has to be: nothing last, and of equals the order of the file. */
function expected(rows: readonly (readonly number[])[], column: number, descending: boolean) {
  const last = (COLUMNS[column]?.values.length ?? 0) - 1
  const rank = (place: number) =>
    place === last ? Number.MAX_SAFE_INTEGER : descending ? -place : place
  return rows
    .map((row, index) => ({ place: rank(row[column] ?? 0), row: index + 1 }))
    .sort((a, b) => a.place - b.place || a.row - b.row)
    .map(({ row }) => row)
}

/** Follows the cursors to the end. */
async function walk(name: string, query: object): Promise<number[]> {
  const seen: number[] = []
  let cursor: unknown = ''
  while (cursor !== undefined) {
    const { status, headers, body } = await list(name, { ...query, cursor })
    expect(status).toBe(200)
    seen.push(...body.map(({ number }: { number: number }) => number))
    cursor = headers['x-next-cursor']
  }
  return seen
}

describe('an order of listDatasetRows', () => {
  it('is walked by cursor and by page without a row skipped or repeated', async () => {
    await fc.assert(
      fc.asyncProperty(tables, orders, async (rows, { column, descending, perPage }) => {
        const name = newName()
        const cells = rows.map((row, index) => [
          String(index + 1),
          ...row.map((place, of) => COLUMNS[of]?.values[place] ?? null),
        ])
        await insertDataset(
          cast.service.database,
          name,
          [{ name: 'number', type: 'integer' }, ...COLUMNS],
          cells,
        )
        const sort = `${descending ? '-' : ''}${COLUMNS[column]?.name}`
        const wanted = expected(rows, column, descending)
        const query = { sort, per_page: perPage }
        expect(await walk(name, query)).toEqual(wanted)
        expect(await walk(name, { per_page: perPage })).toEqual(rows.map((_, index) => index + 1))
        const second = await list(name, { ...query, page: 2 })
        expect(second.body.map(({ number }: { number: number }) => number)).toEqual(
          wanted.slice(perPage, 2 * perPage),
        )
        expect(second.headers['x-total-count']).toBe(String(rows.length))
      }),
      { numRuns: 25 },
    )
  })

  it('takes only cursors that it has given', async () => {
    const columns = [{ name: 'a', type: 'text' }] as const
    const rows = [['x'], ['y'], ['z']]
    const name = newName()
    const id = await insertDataset(cast.service.database, name, columns, rows)
    const other = newName()
    const otherId = await insertDataset(cast.service.database, other, columns, rows)
    const cursorOf = (content: unknown) =>
      Buffer.from(JSON.stringify(content)).toString('base64url')
    const { headers } = await list(name, { sort: 'a', cursor: '', per_page: 1 })
    const given = String(headers['x-next-cursor'])
    expect((await list(name, { sort: 'a', cursor: given })).body).toEqual([{ a: 'y' }, { a: 'z' }])
    for (const [query, cursor] of [
      [{}, given],
      [{ sort: '-a' }, given],
      [{ sort: 'a' }, cursorOf([otherId, 'a', 1])],
      [{ sort: 'a' }, cursorOf([id, 'a', 4])],
      [{ sort: 'a' }, cursorOf([id, 'a', '1'])],
      [{ sort: 'a' }, cursorOf([id, 'a', 1.5])],
      [{ sort: 'a' }, cursorOf({})],
      [{}, cursorOf([id, null])],
      [{}, 'nonsense'],
    ] as const) {
      const { status, body } = await list(name, { ...query, cursor })
      expect([cursor, status]).toEqual([cursor, 422])
      expect(body.errors[0]).toMatchObject({ in: 'query', path: 'cursor', code: 'cursor' })
    }
    const both = await list(name, { page: 1, cursor: '' })
    expect(both.body.errors[0]).toMatchObject({ in: 'query', path: 'page', code: 'paging' })
  })

  it('ends with the last row, and is empty beyond it', async () => {
    const name = newName()
    const columns = [{ name: 'a', type: 'text' }] as const
    const id = await insertDataset(cast.service.database, name, columns, [['x']])
    const last = Buffer.from(JSON.stringify([id, null, 1])).toString('base64url')
    const { headers, body } = await list(name, { cursor: last })
    expect([body, headers['x-next-cursor']]).toEqual([[], undefined])
    expect((await list(name, { page: 9 })).body).toEqual([])
  })
})
