import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { Prisma, PrismaClient } from '../generated/prisma/client.ts'
import { codeOf, driverCause } from './database-away.ts'
import type { Log } from './log.ts'
import { joinUnits } from './unit-of-work.ts'

export { Prisma }
export type Database = PrismaClient
/** What runs inside `database.$transaction(async (tx) => …)`. */
export type DatabaseTransaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

const MOST_PREPARED_STATEMENTS = 500
/** At the beginning of a statement whose text is another with nearly every request: it is not prepared. */
export const VARYING = '/* varying */'
const CONNECT_TIMEOUT_MS = 5_000
/** How long a transaction may wait for a connection, and take. */
const TRANSACTION_LIMITS = { maxWait: 5_000, timeout: 60_000 }

/**
 * Names statements by their text, so that PostgreSQL parses and plans each once a connection. Texts
 * past the limit go unnamed: a list of varying length must not fill the server's memory.
 */
function createStatementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>()
  return ({ sql }) => {
    if (sql.trimStart().startsWith(VARYING)) return ''
    const known = names.get(sql)
    if (known !== undefined) return known
    if (names.size >= MOST_PREPARED_STATEMENTS) return ''
    const name = `p${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`
    names.set(sql, name)
    return name
  }
}

/**
 * The database without Prisma, which sends bytes as text: for large values. Part of no transaction.
 */
export interface PlainDatabase {
  rows<Row extends object>(query: string, values: readonly unknown[]): Promise<readonly Row[]>
}

/** Opens the connection pool (`poolSize` connections at most) and Prisma over it. */
export function openDatabase(databaseUrl: string, poolSize: number, log: Log) {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'passbook',
  })
  // Without a listener a restart of the server would end this process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'))
  const adapter = new PrismaPg(pool, { statementNameGenerator: createStatementNames() })
  const client = new PrismaClient({ adapter, transactionOptions: TRANSACTION_LIMITS })
  const plain: PlainDatabase = {
    async rows(query, values) {
      return (await pool.query(query, [...values])).rows
    },
  }
  return {
    database: joinUnits(client),
    plain,
    async close() {
      await client.$disconnect()
      await pool.end()
    },
  }
}

/**
 * The columns or the name of the unique constraint that a write ran into, as one text; undefined when
 * the error is another.
 */
export function violatedUnique(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2002')
    return undefined
  return JSON.stringify(error.meta)
}

/** Whether a write, Prisma's or a statement of our own, named a row of another table that is gone. */
export const violatesForeignKey = (error: unknown): boolean =>
  codeOf(error) === 'P2003' || driverCause(error).kind === 'ForeignKeyConstraintViolation'
