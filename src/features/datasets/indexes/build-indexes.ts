import { type Database, escapeIdentifier } from '../../../database/client.ts'
import { connectDedicated } from '../../../database/dedicated-connection.ts'
import { codeOf } from '../../../database/errors.ts'
import type { Log } from '../../../lib/log.ts'
import { keyOf, tableOf } from '../columns.ts'
import { findTables } from './find-tables.ts'
import { DIRECTIONS, type Direction, type IndexedTable, indexName, indexState } from './names.ts'

/** Readers hold up a dropped index, and it would hold up others: they wait no longer than this. */
const LIMITS = { statement: 3_600_000, lock: 50, connect: 5_000 }
/** PostgreSQL's code for a value that is too long for an index, among others. */
const LIMIT_EXCEEDED = '54000'
/** PostgreSQL's codes for a table that is gone, and for one that is locked. */
const PASSING = ['42P01', '55P03']

type Client = Awaited<ReturnType<typeof connectDedicated>>

interface Deps {
  readonly database: Database
  /** Building takes longer than the statements of a pool may. */
  readonly databaseUrl: string
  readonly log: Log
}

/** Writes the statement that makes a column's index. It keeps out writers alone, which there are none of. */
function createIndex(table: IndexedTable, name: string, direction: Direction): string {
  const column = table.columns.find((one) => one.name === name)
  if (column === undefined) throw new Error('an index of a column that is not there')
  const key = `(${keyOf(column)}) ${direction === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`
  const index = escapeIdentifier(indexName(table, name, direction))
  return `CREATE INDEX IF NOT EXISTS ${index} ON ${tableOf(table.id)} (${key}, "_row")`
}

async function build(client: Client, table: IndexedTable, column: string): Promise<void> {
  for (const direction of DIRECTIONS) await client.query(createIndex(table, column, direction))
  await client.query(`ANALYZE ${tableOf(table.id)}`)
}

/** Drops what is no longer asked for, then builds what is. */
async function bringUpToDate(
  { database, log }: Deps,
  client: Client,
  table: IndexedTable,
): Promise<void> {
  const { id, indexedColumns: columns, existing } = table
  const attempt = async (work: () => Promise<unknown>, column?: string) => {
    await work().catch(async (error: unknown) => {
      if (codeOf(error) === LIMIT_EXCEEDED && column !== undefined) {
        await database.$executeRaw`
          UPDATE datasets SET failed_indexes = array_append(failed_indexes, ${column})
          WHERE id = ${id} AND ${column} = ANY (indexed_columns)`
      } else if (!PASSING.includes(codeOf(error))) throw error
      else log.info({ err: error }, 'could not change an index of a dataset yet')
    })
  }
  const wanted = columns
    .filter((column) => indexState(table, column) !== 'failed')
    .flatMap((column) => DIRECTIONS.map((direction) => indexName(table, column, direction)))
  for (const name of existing.filter((one) => !wanted.includes(one))) {
    await attempt(() => client.query(`DROP INDEX IF EXISTS datasets.${escapeIdentifier(name)}`))
  }
  for (const column of columns.filter((one) => indexState(table, one) === 'building')) {
    await attempt(() => build(client, table, column), column)
  }
}

function isCurrent(table: IndexedTable): boolean {
  const states = table.indexedColumns.map((column) => indexState(table, column))
  const ready = states.filter((state) => state === 'ready').length
  return !states.includes('building') && table.existing.length === ready * DIRECTIONS.length
}

/**
 * Makes the indexes of all datasets what they are to be. What a deleted table or a reader prevents
 * is left for the next time. One process does so at a time.
 */
export async function buildIndexes(deps: Deps): Promise<void> {
  const tables = (await findTables(deps.database)).filter((table) => !isCurrent(table))
  if (tables.length === 0) return
  const client = await connectDedicated(deps.databaseUrl, 'passbook indexes', LIMITS)
  try {
    const { rows } = await client.query(
      `SELECT pg_try_advisory_lock(hashtext('passbook dataset indexes')) AS free`,
    )
    if (rows[0]?.free !== true) return
    // Workers of PostgreSQL share memory, of which a container often has too little.
    await client.query(
      `SET maintenance_work_mem = '256MB'; SET max_parallel_maintenance_workers = 0`,
    )
    for (const table of tables) await bringUpToDate(deps, client, table)
  } finally {
    await client.end()
  }
}
