import { beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertDataset, newName, type TestColumn } from './tables.ts'

const cast = useCast()

const UUID = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
/** A column of each type, and two values of it. */
const VALUES: Readonly<Record<TestColumn['type'], readonly [string, string]>> = {
  integer: ['42', '-9223372036854775808'],
  numeric: ['12.50', '1000000000000000000000000000000.01'],
  boolean: ['true', 'false'],
  date: ['2024-02-29', '0001-01-01'],
  timestamp: ['2026-01-31 10:15:00.25', '2026-01-31 00:00:00'],
  timestamptz: ['2026-01-31 10:15:00.123456Z', '2026-01-31 00:00:00Z'],
  uuid: [UUID, '00000000-0000-0000-0000-000000000000'],
  json: ['{"a": 1.10}', '[]'],
  text: ['Köln', 'köln'],
}
const TYPES = Object.keys(VALUES) as TestColumn['type'][]
const columnOf = (type: string) => `a_${type}`

let name: string

beforeAll(async () => {
  name = newName()
  const columns = TYPES.map((type) => ({ name: columnOf(type), type }))
  await insertDataset(
    cast.service.database,
    name,
    [{ name: 'place', type: 'text' }, ...columns],
    [
      ['first', ...TYPES.map((type) => VALUES[type][0])],
      ['second', ...TYPES.map((type) => VALUES[type][1])],
      ['none', ...TYPES.map(() => null)],
      ['empty', ...TYPES.map((type) => (type === 'text' ? '' : null))],
    ],
  )
})

const list = (query = {}) =>
  cast.service.call('listDatasetRows', { params: { name }, query, token: cast.staff.token })
async function places(query = {}): Promise<string[]> {
  const { status, body } = await list(query)
  expect(status, JSON.stringify(body.errors)).toBe(200)
  return body.map(({ place }: { place: string }) => place)
}

describe('a filter of listDatasetRows', () => {
  it.each(TYPES)('finds equal values of the type %s, several, and none', async (type) => {
    const [first, second] = VALUES[type]
    const column = columnOf(type)
    expect(await places({ [column]: first })).toEqual(['first'])
    expect(await places({ [column]: second })).toEqual(['second'])
    expect(await places({ [column]: [second, first] })).toEqual(['first', 'second'])
    expect(await places({ [column]: '' })).toEqual(['none', 'empty'])
    expect(await places({ [column]: ['', first] })).toEqual(['first', 'none', 'empty'])
  })

  it.each([
    ['integer', '+042'],
    ['numeric', '12.5'],
    ['numeric', '0.125e2'],
    ['timestamp', '2026-01-31T10:15:00.250'],
    ['timestamptz', '2026-01-31T15:45:00.123456+05:30'],
    ['uuid', UUID.toUpperCase()],
  ])('takes %s %s for what is equal', async (type, value) => {
    expect(await places({ [columnOf(type)]: value })).toEqual(['first'])
  })

  it.each(['timestamp', 'timestamptz'])('takes a day for midnight, UTC, in %s', async (type) => {
    expect(await places({ [columnOf(type)]: '2026-01-31' })).toEqual(['second'])
  })

  it('tells texts apart as they are, and finds what is written in any way', async () => {
    expect(await places({ a_text: 'KÖLN' })).toEqual([])
    expect(await places({ place: "' OR true --" })).toEqual([])
    expect(await places({ place: '%' })).toEqual([])
  })

  it('counts what matches, and combines columns', async () => {
    const query = { a_integer: '42', a_boolean: ['true', 'false'], per_page: 1 }
    const { headers } = await list({ ...query, page: 1 })
    expect(headers['x-total-count']).toBe('1')
    expect(await places({ ...query, place: 'second' })).toEqual([])
  })

  it('goes together with an order and a cursor', async () => {
    const query = { a_boolean: ['true', ''], sort: '-place', cursor: '', per_page: 2 }
    const { headers, body } = await list(query)
    expect(body.map(({ place }: { place: string }) => place)).toEqual(['none', 'first'])
    const cursor = String(headers['x-next-cursor'])
    expect(await places({ ...query, cursor })).toEqual(['empty'])
    expect(headers['link']).toContain('a_boolean=true&a_boolean=')
  })

  it.each([
    ['integer', '4.2'],
    ['integer', '9223372036854775808'],
    ['integer', ' 42'],
    ['numeric', '1,5'],
    ['numeric', 'NaN'],
    ['numeric', '1e1000'],
    ['boolean', 'yes'],
    ['date', '2026-02-29'],
    ['date', '0000-01-01'],
    ['date', '31.01.2026'],
    ['date', 'infinity'],
    ['timestamp', '2026-01-31T24:00'],
    ['timestamp', '2026-01-31T10:15:00Z'],
    ['timestamp', 'now'],
    ['timestamptz', '2026-01-31T10:15:00'],
    ['timestamptz', '2026-01-31T10:15:00+16:00'],
    ['uuid', 'x'],
    ['text', '\u0000'],
    ['json', '\u0000'],
  ])('refuses what is no %s: %j', async (type, value) => {
    const path = columnOf(type)
    const { status, body } = await list({ [columnOf(type)]: value })
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      { in: 'query', path, code: 'type', message: expect.stringContaining(type) },
    ])
  })

  it('names every parameter that is wrong', async () => {
    const filters = { a_date: ['2026-01-31', 'x'], Place: 'x', __proto__x: '' }
    const { status, body } = await list({ ...filters, sort: 'nothing', cursor: 'WyJ4Il0' })
    expect(status).toBe(422)
    expect(
      body.errors.map(({ path, code }: { path: string; code: string }) => [path, code]),
    ).toEqual([
      ['sort', 'unknown_column'],
      ['a_date', 'type'],
      ['Place', 'unknown_parameter'],
      ['__proto__x', 'unknown_parameter'],
      ['cursor', 'cursor'],
    ])
  })

  it.each([
    [{ sort: 'nothing' }, 'sort', 'unknown_column'],
    [{ sort: '_row' }, 'sort', 'unknown_column'],
    [{ sort: '' }, 'sort', 'minLength'],
    [{ sort: ['place', 'a_text'] }, 'sort', 'type'],
    [{ _row: '1' }, '_row', 'unknown_parameter'],
    [{ 'a_integer[gte]': '1' }, 'a_integer[gte]', 'unknown_parameter'],
    [{ place: Array.from({ length: 101 }, String) }, 'place', 'form'],
    [{ page: 0 }, 'page', 'minimum'],
  ])('refuses %j', async (query, path, code) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it('leaves the count out where very many match', async () => {
    const many = newName()
    const columns = [{ name: 'a', type: 'integer' }] as const
    const id = await insertDataset(cast.service.database, many, columns, [])
    const params = { name: many }
    const count = async (rows: number) => {
      await cast.service.database.query(
        `INSERT INTO datasets.d${id} SELECT n, 1 FROM generate_series($1::int, $2::int) n`,
        [rows === 10_000 ? 1 : 10_001, rows],
      )
      const query = { a: '1', page: 2, per_page: 100 }
      const token = cast.staff.token
      const { body, headers } = await cast.service.call('listDatasetRows', { params, query, token })
      expect(body).toHaveLength(100)
      return [headers['x-total-count'], String(headers['link']).includes('rel="last"')]
    }
    expect(await count(10_000)).toEqual(['10000', true])
    expect(await count(10_001)).toEqual([undefined, false])
  })
})
