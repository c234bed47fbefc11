import { beforeAll, describe, expect, it } from 'vitest'
import { type Database, Prisma } from '../../src/database/client.ts'
import { readRows } from '../../src/features/datasets/rows.ts'
import { useCast } from '../setup/cast.ts'
import { insertDataset, newName, type TestColumn } from './tables.ts'

const cast = useCast()

const ROWS = 20_000
const COLUMNS: readonly TestColumn[] = [
  { name: 'amount', type: 'integer' },
  { name: 'city', type: 'text' },
]
const columns = COLUMNS.map((column) => ({ ...column, source_name: column.name, nullable: true }))

let id: bigint

beforeAll(async () => {
  const { database, services } = cast.service
  const name = newName()
  id = BigInt(await insertDataset(database, name, COLUMNS, []))
  await database.query(
    `INSERT INTO datasets.d${id}
     SELECT n, nullif(n * 7919 % 5000, 0), 'c' || n % 3 FROM generate_series(1, $1::int) n`,
    [ROWS],
  )
  await services.datasets.setIndexes(name, ['amount', 'city'])
  await services.datasets.buildIndexes()
})

/** Reads a page, and returns the plan of the statement that read its rows. */
async function planOf(query: Readonly<Record<string, string>>, cursor = '') {
  const { database } = cast.service.services
  const plans: string[] = []
  const explained = async (strings: readonly string[], ...values: unknown[]) => {
    const statement = Prisma.sql(strings, ...values)
    if (statement.sql.includes('row_to_json')) {
      const lines = await database.$queryRaw<Record<string, string>[]>`EXPLAIN ${statement}`
      plans.push(lines.flatMap((line) => Object.values(line)).join('\n'))
    }
    return await database.$queryRaw(statement)
  }
  const source = { id, columns, rowCount: ROWS }
  const reading = { $queryRaw: explained } as unknown as Database
  const page = await readRows(reading, source, { ...query, cursor, per_page: 20 })
  return { plan: plans.join('\n'), next: page.nextCursor }
}

describe('rows by an index', () => {
  it.each(['amount', '-amount', 'city', '-city'])('walk it in the order %s', async (sort) => {
    const first = await planOf({ sort })
    const second = await planOf({ sort }, String(first.next))
    for (const plan of [first.plan, second.plan]) {
      expect(plan).toContain(`_${sort.startsWith('-') ? 'desc' : 'asc'} on`)
      expect(plan).not.toContain('Seq Scan')
      expect(plan).not.toContain('Incremental Sort')
    }
    expect(second.plan).not.toMatch(/Filter/)
  })

  it.each([{ amount: '42' }, { 'filter[amount][gte]': '10', 'filter[amount][lt]': '12' }])(
    'are found by it: %j',
    async (query) => {
      const { plan } = await planOf(query)
      expect(plan).toMatch(/i\d+_0_(asc|desc)/)
      expect(plan).not.toContain('Seq Scan')
    },
  )
})
