import { once } from 'node:events'
import { type ClientRequest, get } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { readRows } from '../../src/csv/read.ts'
import { csvLine } from '../../src/csv/write.ts'
import { useCast } from '../setup/cast.ts'
import { startTestService } from '../setup/service.ts'
import { hasTable, insertDataset, newName, type TestColumn } from './tables.ts'

const cast = useCast()

const ask = (name: string, query = {}, token = cast.staff.token) =>
  cast.service.call('exportDataset', { params: { name }, query, token })

async function exported(
  columns: readonly TestColumn[],
  rows: readonly (readonly (string | null)[])[],
  query = {},
): Promise<string> {
  const name = newName()
  await insertDataset(cast.service.database, name, columns, rows)
  const { status, body } = await ask(name, query)
  expect(status).toBe(200)
  return body
}

/** Cells with what a CSV file has to take care of. */
const cells = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'",;\t\r\n\\.\'=+-@ äß😀aN'), maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => text.replaceAll('\u0000', '')),
  fc.constantFrom('', '\\.', '\\N', 'NULL', ' ', '\ufeff', '"', '\r\n'),
)

describe('exportDataset', () => {
  it('sends the rows in the order of the file, under its names', async () => {
    const name = newName()
    const columns = [
      { name: 'order_id', sourceName: 'Order ID', type: 'integer' },
      { name: 'city', sourceName: 'City, "Town"', type: 'text' },
      { name: 'column_3', sourceName: null, type: 'text' },
    ] as const
    await insertDataset(cast.service.database, name, columns, [
      ['2', 'Köln', 'x'],
      ['1', 'a,b', null],
      ['-3', '', 'say "no"\r\n'],
    ])
    const { status, headers, body } = await ask(name)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(headers['content-disposition']).toBe(`attachment; filename="${name}.csv"`)
    expect(body).toBe(
      'Order ID,"City, ""Town""",column_3\r\n2,Köln,x\r\n1,"a,b",\r\n-3,"","say ""no""\r\n"\r\n',
    )
  })

  it('writes every type in its one form, whatever the server is set to', async () => {
    const { database } = cast.service
    const [{ name: db } = { name: '' }] = await database.query<{ name: string }>(
      'SELECT current_database() AS name',
    )
    await database.query(`ALTER DATABASE ${db} SET datestyle = 'SQL, DMY'`)
    await database.query(`ALTER DATABASE ${db} SET timezone = 'Asia/Kolkata'`)
    const values: readonly (readonly [TestColumn['type'], string, string])[] = [
      ['integer', '9223372036854775807', '9223372036854775807'],
      ['numeric', '-0012.500', '-12.500'],
      ['boolean', 't', 'true'],
      ['boolean', 'f', 'false'],
      ['date', '2026-01-31', '2026-01-31'],
      ['timestamp', '2026-01-31 10:15', '2026-01-31T10:15:00'],
      ['timestamp', '2026-01-31 10:15:00.120', '2026-01-31T10:15:00.12'],
      ['timestamptz', '2026-01-31 10:15+05:30', '2026-01-31T04:45:00.000Z'],
      ['timestamptz', '2026-01-31 10:15:00.12345Z', '2026-01-31T10:15:00.12345Z'],
      ['timestamptz', '2026-01-31 10:15:00.1Z', '2026-01-31T10:15:00.100Z'],
      ['uuid', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
      ['json', '{"a": 1.10}', '"{""a"": 1.10}"'],
    ]
    const columns = values.map(([type], index) => ({ name: `c${index}`, type }))
    const body = await exported(columns, [values.map(([, given]) => given)])
    expect(body.split('\r\n')[1]).toBe(values.map(([, , shown]) => shown).join(','))
    await database.query(`ALTER DATABASE ${db} RESET ALL`)
  })

  it('tells nothing from an empty text, in one column too', async () => {
    const column = { name: 'a', type: 'text' } as const
    expect(await exported([column], [[null], [''], ['\\.']])).toBe('a\r\n\r\n""\r\n"\\."\r\n')
    expect(await exported([column], [])).toBe('a\r\n')
  })

  it('comes back equal when it is read again', async () => {
    const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
      fc.array(fc.array(cells, { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 8,
      }),
    )
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const columns = (rows[0] ?? []).map((_, index) => ({
          name: `c${index}`,
          type: 'text' as const,
          sourceName: `"${index}",\n=`,
        }))
        const file = await exported(columns, rows)
        const [header, ...read] = readRows(Buffer.from(file))
        expect(header?.cells).toEqual(columns.map(({ sourceName }) => sourceName))
        expect(read.map((row) => row.cells)).toEqual(rows)
      }),
      { numRuns: 60 },
    )
  })

  it('has the form of reports and rejects, whatever is in a cell', async () => {
    const full = cells.filter((text) => text !== '')
    const tables = fc.array(fc.array(full, { minLength: 2, maxLength: 2 }), { maxLength: 6 })
    const columns = [
      { name: 'a', sourceName: '=a,\n"b"', type: 'text' },
      { name: 'b', sourceName: null, type: 'text' },
    ] as const
    await fc.assert(
      fc.asyncProperty(tables, fc.boolean(), async (rows, safe) => {
        const lines = [['=a,\n"b"', 'b'], ...rows].map((row) => csvLine(row, { safe }))
        expect(await exported(columns, rows, { safe })).toBe(lines.join(''))
      }),
      { numRuns: 60 },
    )
  })

  it('disarms texts that a spreadsheet would run, and leaves numbers', async () => {
    const columns = [
      { name: 'a', sourceName: '=a', type: 'text' },
      { name: 'n', type: 'integer' },
      { name: 'd', type: 'numeric' },
    ] as const
    const rows = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', ' =1', "'", '', null]
    const safe = await exported(
      columns,
      rows.map((text) => [text, '-1', '-1.5']),
      { safe: true },
    )
    const [header, ...read] = readRows(Buffer.from(safe))
    expect(header?.cells).toEqual(["'=a", 'n', 'd'])
    expect(read.map(({ cells }) => cells[0])).toEqual([
      "'=1+1",
      "'+1",
      "'-1",
      "'@x",
      "'\tx",
      "'\rx",
      ' =1',
      "'",
      '',
      '',
    ])
    expect(read[0]?.cells.slice(1)).toEqual(['-1', '-1.5'])
  })

  it('goes on to its end when the dataset is deleted underway', async () => {
    const name = newName()
    const { database, services } = cast.service
    const id = await insertDataset(database, name, [{ name: 'a', type: 'text' }], [])
    await database.query(
      `INSERT INTO datasets.d${id} SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n`,
    )
    const file = await services.datasets.export(name, false)
    await services.datasets.remove(name)
    expect(await hasTable(database, id)).toBe(true)
    let bytes = 0
    for await (const chunk of file) bytes += (chunk as Buffer).length
    expect(bytes).toBe(3 + 20_000 * 1_002)
    const swept = async () => {
      await services.datasets.sweep()
      expect(await hasTable(database, id)).toBe(false)
    }
    await vi.waitFor(swept, { timeout: 5_000 })
  })

  it('ends its connection when nobody reads any more', async () => {
    const name = newName()
    const { app, database } = cast.service
    const id = await insertDataset(database, name, [{ name: 'a', type: 'text' }], [])
    await database.query(
      `INSERT INTO datasets.d${id} SELECT n, repeat('x', 1000) FROM generate_series(1, 50000) n`,
    )
    const connections = async () => {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'passbook export'`,
      )
      return row?.count
    }
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    const headers = { authorization: `Bearer ${cast.staff.token}` }
    const request = get(`${url}/v1/datasets/${name}/export.csv`, { headers })
    const [response] = await once(request, 'response')
    await once(response, 'data')
    expect(await connections()).toBe(1)
    request.destroy()
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 5_000 })
  })

  it('answers 404 where there is none, or its table is gone', async () => {
    expect((await ask('none')).body.detail).toBe('Dataset none not found')
    const name = newName()
    const id = await insertDataset(cast.service.database, name, [{ name: 'a', type: 'text' }], [])
    await cast.service.database.query(`DROP TABLE datasets.d${id}`)
    expect((await ask(name)).status).toBe(404)
  })

  it('refuses bad parameters, users and strangers', async () => {
    expect((await ask('x', { safe: 'yes' })).status).toBe(422)
    expect((await ask('x', { sort: 'a' })).status).toBe(422)
    expect((await ask('x', {}, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('exportDataset', { params: { name: 'x' } })).status).toBe(401)
  })

  it('takes 20 connections at most, however many are not read', async () => {
    const service = await startTestService()
    onTestFinished(() => service.close())
    const requests: ClientRequest[] = []
    const leave = () => {
      for (const request of requests) request.destroy()
    }
    // First, if something fails: what nobody reads keeps the service from closing, and PostgreSQL from dropping any database.
    onTestFinished(leave)
    const name = newName()
    // More than the buffers of a connection hold.
    await insertDataset(service.database, name, [{ name: 'text', type: 'text' }], [])
    const [row] = await service.database.query<{ id: string }>(
      'SELECT id FROM datasets WHERE name = $1',
      [name],
    )
    await service.database.query(
      `INSERT INTO datasets.d${row?.id} SELECT n, repeat('x', 8000) FROM generate_series(1, 4000) AS n`,
    )
    const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
    const readers = await Promise.all(
      Array.from({ length: 3 }, () => service.createAccount('staff')),
    )
    const statuses = await Promise.all(
      readers.flatMap(({ token }) =>
        Array.from({ length: 10 }, async () => {
          const headers = { authorization: `Bearer ${token}` }
          const request = get(`${url}/v1/datasets/${name}/export.csv`, { headers })
          request.on('error', () => undefined)
          requests.push(request)
          const [answer] = await once(request, 'response')
          return answer.statusCode as number
        }),
      ),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(20)
    expect(statuses.filter((status) => status === 503)).toHaveLength(10)
    expect((await service.call('getMe', { token: readers[0]?.token as string })).status).toBe(200)
    leave()
    await vi.waitFor(
      async () =>
        expect(
          (
            await service.call('exportDataset', {
              params: { name },
              token: readers[0]?.token as string,
            })
          ).status,
        ).toBe(200),
      { timeout: 10_000 },
    )
  })
})
