import { beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertDataset, newName, type TestColumn } from './tables.ts'

const cast = useCast()

/** Three values of each type that has an order, ascending. */
const VALUES: Readonly<Partial<Record<TestColumn['type'], readonly [string, string, string]>>> = {
  integer: ['-7', '42', '9223372036854775807'],
  numeric: ['9.5', '12.50', '1000.01'],
  date: ['2024-02-29', '2026-01-31', '2026-02-01'],
  timestamp: ['2026-01-31 00:00:00', '2026-01-31 10:15:00', '2026-01-31 10:15:00.5'],
  timestamptz: ['2026-01-31 00:00:00Z', '2026-01-31 10:15:00Z', '2026-01-31 11:15:00Z'],
  uuid: [
    '00000000-0000-0000-0000-000000000000',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    'ffffffff-0000-0000-0000-000000000000',
  ],
  text: ['Köln', 'a', 'köln'],
}
const TYPES = Object.keys(VALUES) as (keyof typeof VALUES)[]
type Query = Readonly<Record<string, string | number | readonly string[]>>
const bound = (column: string, operator: string) => `filter[${column}][${operator}]`

let name: string

beforeAll(async () => {
  name = newName()
  const columns: TestColumn[] = TYPES.map((type) => ({ name: `a_${type}`, type }))
  const row = (place: string, index: number) => [
    place,
    ...TYPES.map((type) => VALUES[type]?.[index] ?? null),
    null,
  ]
  await insertDataset(
    cast.service.database,
    name,
    [{ name: 'place', type: 'text' }, ...columns, { name: 'a_json', type: 'json' }],
    [row('high', 2), row('none', 3), row('low', 0), row('middle', 1)],
  )
})

const list = (query: Query) =>
  cast.service.call('listDatasetRows', { params: { name }, query, token: cast.staff.token })
async function places(query: Query): Promise<string[]> {
  const { status, body } = await list(query)
  expect(status, JSON.stringify(body.errors)).toBe(200)
  return body.map(({ place }: { place: string }) => place)
}

describe('a range of listDatasetRows', () => {
  it.each(TYPES)(
    'finds values of the type %s on one side, and between two bounds',
    async (type) => {
      const [low = '', middle = '', high = ''] = VALUES[type] ?? []
      const of = (operator: string) => bound(`a_${type}`, operator)
      expect(await places({ [of('gt')]: middle })).toEqual(['high'])
      expect(await places({ [of('gte')]: middle })).toEqual(['high', 'middle'])
      expect(await places({ [of('lt')]: middle })).toEqual(['low'])
      expect(await places({ [of('lte')]: middle })).toEqual(['low', 'middle'])
      expect(await places({ [of('gt')]: low, [of('lt')]: high })).toEqual(['middle'])
      expect(await places({ [of('gt')]: high, [of('lt')]: low })).toEqual([])
    },
  )

  it('takes a day for midnight, and a number however it is written', async () => {
    expect(await places({ [bound('a_timestamptz', 'lte')]: '2026-01-31' })).toEqual(['low'])
    expect(await places({ [bound('a_numeric', 'gte')]: '0.125e2' })).toEqual(['high', 'middle'])
  })

  it('goes together with filters, an order, a cursor and the count', async () => {
    const range = { [bound('a_integer', 'gte')]: '-7', place: ['low', 'middle', 'none'] }
    const { headers, body } = await list({ ...range, page: 1 })
    expect([headers['x-total-count'], body.length]).toEqual(['2', 2])
    const query = { ...range, sort: '-a_integer', per_page: 1 }
    const first = await list({ ...query, cursor: '' })
    expect(first.body[0].place).toBe('middle')
    expect(await places({ ...query, cursor: String(first.headers['x-next-cursor']) })).toEqual([
      'low',
    ])
  })

  it.each([
    [bound('a_integer', 'gte'), '4.2', 'type', 'must be a value of the type integer'],
    [bound('a_date', 'lt'), '2026-02-30', 'type', 'must be a value of the type date'],
    [bound('a_date', 'lt'), '', 'type', 'must be a value of the type date'],
    [bound('a_text', 'lt'), '\u0000', 'type', 'must be a value of the type text'],
    [bound('a_integer', 'gte'), ['1', '2'], 'type', 'must be given once'],
    [
      bound('a_json', 'gt'),
      '1',
      'type',
      'cannot bound a column of the type json, which has no order',
    ],
    [
      bound('a_integr', 'gt'),
      '1',
      'unknown_parameter',
      'is not a column of this dataset; did you mean a_integer?',
    ],
    [bound('a_integer', 'eq'), '1', 'unknown_parameter', expect.stringContaining('not a column')],
    ['filter', '1', 'unknown_parameter', expect.stringContaining('not a column')],
  ])('refuses %s=%j', async (path, value, code, message) => {
    const { status, body } = await list({ [path]: value })
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ in: 'query', path, code, message }])
  })
})
