import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertDataset, newName, type TestColumn } from './tables.ts'

const cast = useCast()

type Rows = readonly (readonly (string | null)[])[]

const list = (name: string, query = {}, token = cast.staff.token) =>
  cast.service.call('listDatasetRows', { params: { name }, query, token })

async function make(columns: readonly TestColumn[], rows: Rows): Promise<string> {
  const name = newName()
  await insertDataset(cast.service.database, name, columns, rows)
  return name
}

/** The answer as it is sent: reading it as JSON would round. */
async function textOf(name: string): Promise<string> {
  const { body, statusCode } = await cast.service.app.inject({
    url: `/v1/datasets/${name}/rows`,
    headers: { authorization: `Bearer ${cast.staff.token}` },
  })
  expect(statusCode).toBe(200)
  return body
}

const CITIES: readonly TestColumn[] = [
  { name: 'city', type: 'text' },
  { name: 'people', type: 'integer' },
]
const cities = () =>
  make(CITIES, [
    ['Berlin', '3'],
    ['Paris', '2'],
    [null, '1'],
    ['', null],
    ['Berlin', '1'],
  ])

describe('listDatasetRows', () => {
  it('shows rows in the order of the file, with null where there is nothing', async () => {
    const { status, headers, body } = await list(await cities())
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(headers['x-total-count']).toBe('5')
    expect(body).toEqual([
      { city: 'Berlin', people: 3 },
      { city: 'Paris', people: 2 },
      { city: null, people: 1 },
      { city: '', people: null },
      { city: 'Berlin', people: 1 },
    ])
  })

  it.each<[TestColumn['type'], string, string]>([
    ['integer', '9007199254740991', '9007199254740991'],
    ['integer', '-9007199254740992', '"-9007199254740992"'],
    ['integer', '-9223372036854775808', '"-9223372036854775808"'],
    ['numeric', '0012.500', '"12.500"'],
    ['numeric', '1e30', '"1000000000000000000000000000000"'],
    ['boolean', 't', 'true'],
    ['date', '0001-02-28', '"0001-02-28"'],
    ['timestamp', '2026-01-31 10:15', '"2026-01-31T10:15:00"'],
    ['timestamp', '2026-01-31 10:15:00.000001', '"2026-01-31T10:15:00.000001"'],
    ['timestamptz', '2026-01-31 10:15+05:30', '"2026-01-31T04:45:00.000Z"'],
    ['timestamptz', '2026-01-31 10:15:30.1234Z', '"2026-01-31T10:15:30.1234Z"'],
    ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
    ['json', '{"b": 1.10, "a":[123456789012345678901, null]}', ''],
    ['json', '"\\u0000"', ''],
    ['text', '"\\\n\t\u2028', '"\\"\\\\\\n\\t\u2028"'],
  ])('shows the %s %s exactly', async (type, given, shown) => {
    const text = await textOf(await make([{ name: 'a', type }], [[given], [null]]))
    expect(text).toBe(`[{"a":${shown || given}},{"a":null}]`)
  })

  it.each([
    'select',
    '"; DROP TABLE datasets; --',
    "a'b",
    'a"b',
    'größe 😀',
    '$1',
    '%s',
    'page.x',
    'shown',
    '__proto__',
    'constructor',
    'filter',
    'a[gte]',
    '-',
  ])('takes %s for the name of a column', async (column) => {
    const name = await make(
      [{ name: column, type: 'text' }, ...CITIES],
      [
        ['x', 'Berlin', '1'],
        ['y', 'Paris', '2'],
      ],
    )
    expect(JSON.parse(await textOf(name)).map(Object.entries)).toEqual([
      [
        [column, 'x'],
        ['city', 'Berlin'],
        ['people', 1],
      ],
      [
        [column, 'y'],
        ['city', 'Paris'],
        ['people', 2],
      ],
    ])
    const sorted = await list(name, { sort: `-${column}` })
    expect(sorted.body.map(({ city }: { city: string }) => city)).toEqual(['Paris', 'Berlin'])
    const { headers, body } = await list(name, Object.fromEntries([[column, 'y']]))
    expect([headers['x-total-count'], body.length, body[0].city]).toEqual(['1', 1, 'Paris'])
  })

  it('wants staff', async () => {
    expect((await list('x', {}, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('listDatasetRows', { params: { name: 'x' } })).status).toBe(401)
    expect((await list('none')).body.detail).toBe('Dataset none not found')
  })
})
