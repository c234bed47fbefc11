/**
 * What a connection is used for. `request`: a caller waits for the answer. `relay`: current
 * figures depend on it. `background`: jobs, sweeps and commands, which may take longer.
 */
export type KindOfWork = 'request' | 'relay' | 'background'

/** The timeouts of one kind of work, in milliseconds. */
export interface WorkLimits {
  /** The server's limit for a statement, including its wait for locks. */
  readonly statement: number
  /**
   * Our limit for the server's answer; later than the server's own, so the connection must be
   * lost. 0: none.
   */
  readonly answer: number
  /** Getting a connection, free or new. */
  readonly connect: number
  /** A Prisma transaction as a whole. */
  readonly transaction: number
  /** When the server ends an idle transaction, and releases its locks. */
  readonly idleInTransaction: number
}

/** Requests are answered within 5 s, whatever they wait for. */
export const WORK_LIMITS: Readonly<Record<KindOfWork, WorkLimits>> = {
  request: {
    statement: 4_000,
    answer: 4_500,
    connect: 4_000,
    transaction: 5_000,
    idleInTransaction: 10_000,
  },
  relay: {
    statement: 5_000,
    answer: 6_000,
    connect: 5_000,
    transaction: 10_000,
    idleInTransaction: 10_000,
  },
  background: {
    statement: 60_000,
    answer: 65_000,
    connect: 5_000,
    transaction: 60_000,
    idleInTransaction: 60_000,
  },
}

/**
 * PostgreSQL compiles a statement whose estimated cost is high. Up to version 17, a table that has
 * no index is estimated to cost 10^10 where sequential scans are off: 500 users took 4 s to insert.
 */
const NEVER_COMPILE = '-c jit=off'

/**
 * Driver options that bound every wait. Parameters in the database URL override them.
 *
 * @param settings further settings of the server, as its command line takes them
 */
export const boundedBy = (
  { statement, answer, connect, idleInTransaction }: Omit<WorkLimits, 'transaction'>,
  settings = '',
) => ({
  application_name: 'passbook',
  options: `${NEVER_COMPILE} ${settings}`,
  connectionTimeoutMillis: connect,
  statement_timeout: statement,
  query_timeout: answer,
  idle_in_transaction_session_timeout: idleInTransaction,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
})
