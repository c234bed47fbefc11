import { createHash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { Prisma, type PrismaClient } from '../generated/prisma/client.ts'
import type { Log } from '../lib/log.ts'
import { isBackground } from './background.ts'
import { BoundedPool, PATIENT, type PoolWatch } from './bounded-pool.ts'
import { codeOf, driverCause } from './errors.ts'
import { createLeanClient } from './lean-client/lean-client.ts'
import { createProbe } from './probe.ts'
import { Pipeline } from './sharing/pipeline.ts'
import { isInUnitOfWork, joinUnits } from './unit-of-work.ts'
import { watchDatabase } from './watch.ts'
import { boundedBy, type KindOfWork, WORK_LIMITS, type WorkLimits } from './work-limits.ts'

export { escapeIdentifier, escapeLiteral } from 'pg'
export { Prisma }
export type Database = PrismaClient
/** The transaction client that `database.$transaction(async (tx) => …)` passes. */
export type DatabaseTransaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

const MAX_PREPARED_STATEMENTS = 500
/** Marks a statement whose text varies with nearly every request, so that it is not prepared. */
export const VARYING = '/* varying */'

/**
 * Names statements by their text, so that PostgreSQL parses and plans each one once per
 * connection. Beyond `MAX_PREPARED_STATEMENTS` texts stay unnamed: lists of varying length must
 * not fill the server's memory.
 */
function createStatementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>()
  return ({ sql }) => {
    if (sql.trimStart().startsWith(VARYING)) return ''
    const existing = names.get(sql)
    if (existing !== undefined) return existing
    if (names.size >= MAX_PREPARED_STATEMENTS) return ''
    const name = `p${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`
    names.set(sql, name)
    return name
  }
}

/** Direct access by the driver. Never part of a transaction. */
export interface PlainDatabase {
  rows<Row extends object>(query: string, values: readonly unknown[]): Promise<readonly Row[]>
}

/** Access by the driver for look-ups that requests share. */
export interface LookUps extends PlainDatabase {
  /**
   * Runs work that sends statements, once those before are answered: what comes meanwhile goes out with
   * it.
   */
  readonly begin?: (work: () => void) => void
}

/** The pool sizes for work other than requests. */
export interface OtherConnections {
  readonly relay: number
  readonly background: number
  /** Defaults to 1. */
  readonly webhooks?: number
}

/**
 * PostgreSQL may plan a statement while a table is empty and keep that plan as the table grows. A
 * sequential scan looks cheapest then, even nested. All our statements have an index.
 */
const BY_INDEX = '-c enable_seqscan=off'
/**
 * PostgreSQL plans a prepared statement for its parameters, each time, as long as such plans look
 * cheaper than one for all. A list of parameters always looks cheaper than one of a length that is
 * not known. Planning took more than a third of the time of the look-ups.
 */
const PLANNED_ONCE = '-c plan_cache_mode=force_generic_plan'

interface PoolOptions {
  readonly databaseUrl: string
  readonly limits: WorkLimits
  readonly size: number
  readonly watch: PoolWatch
  readonly log: Log
  /** Whether plans are for all parameters. Default: false. */
  readonly plannedOnce?: boolean
}

/** @param settings further ones of each connection */
function openConnections(
  { databaseUrl, limits, size, watch, log, plannedOnce = false }: PoolOptions,
  settings: pg.ClientConfig = {},
): BoundedPool {
  const pool = new BoundedPool(
    {
      ...boundedBy(limits, plannedOnce ? `${BY_INDEX} ${PLANNED_ONCE}` : BY_INDEX),
      ...settings,
      connectionString: databaseUrl,
      max: size,
    },
    watch,
  )
  // Without these listeners, losing an idle or busy connection would end the process.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  pool.on('error', (error) => {
    // The embedded server may stop before it has read our goodbye.
    if (!pool.ending) log.warn({ err: error }, 'an idle database connection broke')
  })
  return pool
}

/**
 * Opens the pool for one kind of work. Its Prisma client is made when it is first used: each takes
 * some 10 MB, and most processes do not do every kind of work.
 */
function openPool(options: PoolOptions) {
  const pool = openConnections(options)
  const { limits } = options
  const adapter = new PrismaPg(pool, { statementNameGenerator: createStatementNames() })
  let made: PrismaClient | undefined
  return {
    pool,
    client(): PrismaClient {
      made ??= createLeanClient({
        adapter,
        // Longer than the pool's own limit, whose error explains more.
        transactionOptions: { maxWait: limits.connect + 1_000, timeout: limits.transaction },
      })
      return made
    },
    async close() {
      await made?.$disconnect()
      await pool.end()
    },
  }
}

/** Runs statements that are prepared once a connection. */
function preparing(
  send: (query: pg.QueryConfig) => Promise<{ readonly rows: object[] }>,
): PlainDatabase {
  const nameOf = createStatementNames()
  return {
    async rows<Row extends object>(text: string, values: readonly unknown[]) {
      const { rows } = await send({ name: nameOf({ sql: text }), text, values: [...values] })
      return rows as Row[]
    },
  }
}

/** The connections for commits that requests share. */
const COMMIT_CONNECTIONS = 2
/**
 * How long a commit that requests share waits for a lock: one of them must not hold up the others.
 */
export const SHARED_LOCK_MS = 50

/**
 * Opens a connection pool for each kind of work, so that none starves another, with Prisma on top.
 * Connections open on demand; the probe uses one more.
 *
 * @param poolSize the most connections for requests
 */
export function openDatabase(
  databaseUrl: string,
  poolSize: number,
  log: Log,
  others: OtherConnections = { relay: 2, background: 8 },
) {
  const watch = watchDatabase(createProbe(databaseUrl), log)
  const optionsOf = (kind: KindOfWork, size: number, by: PoolWatch = PATIENT) => ({
    databaseUrl,
    limits: WORK_LIMITS[kind],
    size,
    watch: by,
    log,
  })
  const open = (kind: KindOfWork, size: number, by?: PoolWatch) =>
    openPool(optionsOf(kind, size, by))
  const openShared = (size: number, settings: pg.ClientConfig) =>
    openConnections({ ...optionsOf('request', size, watch), plannedOnce: true }, settings)
  const lookUps = new Pipeline(openShared(1, { pipeline: true }))
  const commits = openShared(COMMIT_CONNECTIONS, { lock_timeout: SHARED_LOCK_MS })
  const request = open('request', poolSize, watch)
  const relay = openPool({ ...optionsOf('relay', others.relay), plannedOnce: true })
  const background = open('background', others.background)
  const webhooks = open('relay', others.webhooks ?? 1)
  const current = () => (isBackground() ? background : request)
  const plain: PlainDatabase = {
    async rows(query, values) {
      return (await current().pool.query(query, [...values])).rows
    },
  }
  const database = joinUnits(() => current().client())
  const requests = preparing((query) => request.pool.query(query))
  const jobs = preparing((query) => background.pool.query(query))
  const prepared: PlainDatabase = {
    rows: (text, values) =>
      isInUnitOfWork()
        ? database.$queryRawUnsafe(text, ...values)
        : (isBackground() ? jobs : requests).rows(text, values),
  }
  return {
    /** For requests, and within {@link inBackground} for background work. */
    database,
    /** For the relay, so that other work never delays the figures. */
    relay: joinUnits(relay.client),
    /** For the statements of the relay and the appender, which run many times a second. */
    relayed: preparing((query) => relay.pool.query(query)),
    /** For the deliveries of webhooks, of which there can be many at once. */
    webhooks: joinUnits(webhooks.client),
    plain,
    /** Direct access for what no caller waits for, also outside of {@link inBackground}. */
    unhurried: {
      rows: async (query, values) => (await background.pool.query(query, [...values])).rows,
    } satisfies PlainDatabase as PlainDatabase,
    /**
     * For the statements that requests and jobs run most often. Within a unit of work they are part
     * of its transaction.
     */
    prepared,
    /** For look-ups that requests share. They wait for no other requests' work. */
    lookUps: {
      ...preparing((query) => lookUps.query(query)),
      begin: lookUps.begin,
    } satisfies LookUps as LookUps,
    /** For commits that requests share. A statement that would wait for a lock fails. */
    commits: preparing((query) => commits.query(query)),
    watch,
    async close() {
      watch.close()
      await Promise.all([request, relay, background, webhooks].map((pool) => pool.close()))
      await Promise.all([lookUps.end(), commits.end()])
    },
  }
}

/** The columns or name of the violated unique constraint as text; undefined for other errors. */
export function violatedUnique(error: unknown): string | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2002')
    return undefined
  return JSON.stringify(error.meta)
}

/** Whether our own SQL, run by the driver, wrote a value that has to be unique and is taken. */
export const violatesUnique = (error: unknown): boolean => codeOf(error) === '23505'

/** Whether a write, Prisma's or our own SQL, referred to a row that no longer exists. */
export const violatesForeignKey = (error: unknown): boolean =>
  ['P2003', '23503'].includes(codeOf(error)) ||
  driverCause(error).kind === 'ForeignKeyConstraintViolation'
