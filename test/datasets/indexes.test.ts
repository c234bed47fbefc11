import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertDataset, newName, type TestColumn } from './tables.ts'

const cast = useCast()

const COLUMNS: readonly TestColumn[] = [
  { name: 'amount', type: 'numeric' },
  { name: 'city', type: 'text' },
  { name: 'is_open', type: 'boolean' },
  { name: 'raw', type: 'json' },
]
/** Many equal values, some none, in no order. */
const ROWS = Array.from({ length: 60 }, (_, row) => [
  row % 7 === 0 ? null : String((row * 37) % 11),
  row % 5 === 0 ? null : (['Köln', 'a', 'köln', ''][row % 4] ?? null),
  row % 3 === 0 ? 'true' : 'false',
  row % 9 === 0 ? null : `{"n": ${row % 6}}`,
])

const make = async (rows: readonly (readonly (string | null)[])[] = ROWS) => {
  const name = newName()
  return { name, id: await insertDataset(cast.service.database, name, COLUMNS, rows) }
}
const set = (name: string, columns: unknown, token = cast.staff.token, headers = {}) =>
  cast.service.call('updateDatasetIndexes', { params: { name }, body: { columns }, token, headers })
const get = (name: string, token = cast.staff.token) =>
  cast.service.call('getDatasetIndexes', { params: { name }, token })
const build = () => cast.service.services.datasets.buildIndexes()
const ready = (...columns: string[]) => ({
  indexes: columns.map((column) => ({ column, state: 'ready' })),
})
const indexesOf = async (id: number) =>
  await cast.service.database.query<{ indexname: string }>(
    `SELECT indexname FROM pg_indexes WHERE schemaname = 'datasets' AND tablename = $1
     AND indexname LIKE 'i%' ORDER BY 1`,
    [`d${id}`],
  )

describe('updateDatasetIndexes', () => {
  it('has a worker make exactly these, and drop the others', async () => {
    const { name, id } = await make()
    const { status, body } = await set(name, ['city', 'amount'])
    expect(status).toBe(202)
    expect(body.indexes).toEqual([
      { column: 'city', state: 'building' },
      { column: 'amount', state: 'building' },
    ])
    await build()
    expect((await get(name)).body).toEqual(ready('city', 'amount'))
    expect((await set(name, ['amount'])).body).toEqual(ready('amount'))
    await build()
    expect(await indexesOf(id)).toHaveLength(2)
    expect((await set(name, [])).body).toEqual({ indexes: [] })
    await build()
    expect(await indexesOf(id)).toEqual([])
  })

  it('tells a worker at once', async () => {
    const add = vi.spyOn(cast.service.services.queue, 'add')
    onTestFinished(() => add.mockRestore())
    const { name } = await make()
    expect((await set(name, ['nothing'])).status).toBe(422)
    expect(add).not.toHaveBeenCalled()
    await set(name, ['city'])
    expect(add.mock.calls).toEqual([[[{ consumer: 'buildDatasetIndexes', payload: {} }]]])
  })

  it('says which column has values too long for an index, and builds the others', async () => {
    const { name } = await make([['1', randomBytes(9_000).toString('hex'), 'true', '[]']])
    await set(name, ['city', 'amount'])
    await build()
    const indexes = [
      { column: 'city', state: 'failed' },
      { column: 'amount', state: 'ready' },
    ]
    expect((await get(name)).body).toEqual({ indexes })
    await build()
    expect((await get(name)).body).toEqual({ indexes })
  })

  it('compares If-Match', async () => {
    const { name } = await make()
    const etag = String((await get(name)).headers['etag'])
    expect((await set(name, ['city'], cast.staff.token, { 'if-match': '"old"' })).status).toBe(412)
    expect((await set(name, ['city'], cast.staff.token, { 'if-match': etag })).status).toBe(202)
  })

  it('lets the dataset be deleted, indexes and all', async () => {
    const { name, id } = await make()
    await set(name, ['city'])
    await build()
    const params = { name }
    const token = cast.staff.token
    expect((await cast.service.call('deleteDataset', { params, token })).status).toBe(204)
    expect(await indexesOf(id)).toEqual([])
    await build()
  })

  it.each([
    [['citi'], '/columns/0', 'unknown_column'],
    [['city', 'city'], '/columns', 'uniqueItems'],
    [['_row'], '/columns/0', 'unknown_column'],
    [Array.from({ length: 9 }, (_, at) => `c${at}`), '/columns', 'maxItems'],
    ['city', '/columns', 'type'],
  ])('refuses %j', async (columns, path, code) => {
    const { name } = await make([])
    const { status, body } = await set(name, columns)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'body', path, code, message: expect.any(String) })
  })

  it('refuses users and strangers, and what is not there', async () => {
    const { name } = await make([])
    expect((await set(name, [], cast.user.token)).status).toBe(403)
    expect((await get(name, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('getDatasetIndexes', { params: { name } })).status).toBe(401)
    const params = { name }
    const body = { columns: [] }
    expect((await cast.service.call('updateDatasetIndexes', { params, body })).status).toBe(401)
    expect((await set('nothing', [])).status).toBe(404)
    expect((await get('nothing')).status).toBe(404)
  })
})

describe('listDatasetRows with an index', () => {
  let plain: string
  let indexed: string
  beforeAll(async () => {
    plain = (await make()).name
    indexed = (await make()).name
    await set(
      indexed,
      COLUMNS.map(({ name }) => name),
    )
    await build()
  })

  const walk = async (name: string, query: Readonly<Record<string, string>>) => {
    const rows: unknown[] = []
    let cursor: string | undefined = ''
    while (cursor !== undefined) {
      const { status, body, headers } = await cast.service.call('listDatasetRows', {
        params: { name },
        query: { ...query, cursor, per_page: 7 },
        token: cast.staff.token,
      })
      expect(status, JSON.stringify(body.errors)).toBe(200)
      rows.push(...body)
      cursor = headers['x-next-cursor'] as string | undefined
    }
    return rows
  }

  it.each(
    COLUMNS.flatMap(({ name }) => [
      [{ sort: name }],
      [{ sort: `-${name}` }],
      [{ sort: `-${name}`, 'filter[amount][gte]': '3', is_open: 'false' }],
    ]),
  )('finds the same rows in the same order: %j', async (query) => {
    const rows = await walk(indexed, query)
    expect(rows).toEqual(await walk(plain, query))
    if (!('is_open' in query)) expect(rows).toHaveLength(ROWS.length)
  })
})
