import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { Prisma, PrismaClient } from '../generated/prisma/client.ts'
import type { Log } from '../lib/log.ts'
import { isBackground } from './background.ts'
import { BoundedPool, PATIENT, type PoolWatch } from './bounded-pool.ts'
import { codeOf, driverCause } from './errors.ts'
import { createProbe } from './probe.ts'
import { joinUnits } from './unit-of-work.ts'
import { watchDatabase } from './watch.ts'
import { boundedBy, type KindOfWork, WORK_LIMITS, type WorkLimits } from './work-limits.ts'

export { escapeIdentifier, escapeLiteral } from 'pg'
export { Prisma }
export type Database = PrismaClient
/** What runs inside `database.$transaction(async (tx) => …)`. */
export type DatabaseTransaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

const MAX_PREPARED_STATEMENTS = 500
/** At the beginning of a statement whose text is another with nearly every request: it is not prepared. */
export const VARYING = '/* varying */'

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
    if (names.size >= MAX_PREPARED_STATEMENTS) return ''
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

/** How many connections work that is no request's may take, by kind. */
export interface OtherConnections {
  readonly relay: number
  readonly background: number
}

/**
 * A plan may be made while a table is empty, and kept while it grows: reading it from end to end, for each of
 * many rows too, is cheapest then. Each of our statements has an index.
 */
const BY_INDEX = '-c enable_seqscan=off'

/** The pool of one kind of work, and Prisma over it. */
function openPool(
  databaseUrl: string,
  limits: WorkLimits,
  size: number,
  watch: PoolWatch,
  log: Log,
) {
  const pool = new BoundedPool(
    { ...boundedBy(limits), options: BY_INDEX, connectionString: databaseUrl, max: size },
    watch,
  )
  // Without listeners a lost connection would end this process: an idle one's, and that of one in use.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'))
  const adapter = new PrismaPg(pool, { statementNameGenerator: createStatementNames() })
  const client = new PrismaClient({
    adapter,
    // The pool says why there is no connection; Prisma's own limit comes after it.
    transactionOptions: { maxWait: limits.connect + 1_000, timeout: limits.transaction },
  })
  return {
    pool,
    client,
    async close() {
      await client.$disconnect()
      await pool.end()
    },
  }
}

/**
 * Opens a pool of connections for each kind of work, so that none keeps another waiting, and Prisma over
 * them. Connections are opened as they are needed; the probe takes one more.
 *
 * @param poolSize connections for requests at most
 */
export function openDatabase(
  databaseUrl: string,
  poolSize: number,
  log: Log,
  others: OtherConnections = { relay: 2, background: 8 },
) {
  const watch = watchDatabase(createProbe(databaseUrl), log)
  const open = (kind: KindOfWork, size: number, by: PoolWatch = PATIENT) =>
    openPool(databaseUrl, WORK_LIMITS[kind], size, by, log)
  const request = open('request', poolSize, watch)
  const relay = open('relay', others.relay)
  const background = open('background', others.background)
  const fitting = () => (isBackground() ? background : request)
  const plain: PlainDatabase = {
    async rows(query, values) {
      return (await fitting().pool.query(query, [...values])).rows
    },
  }
  return {
    /** For requests, and {@link inBackground} for all else. */
    database: joinUnits(() => fitting().client),
    /** For what brings the figures on, whatever else goes on. */
    relay: relay.client,
    plain,
    watch,
    async close() {
      watch.close()
      await Promise.all([request, relay, background].map((pool) => pool.close()))
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
