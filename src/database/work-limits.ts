/**
 * Whose work a connection does. `request`: somebody waits for the answer. `relay`: figures wait. `background`:
 * jobs, sweeps and commands, which may take their time.
 */
export type KindOfWork = 'request' | 'relay' | 'background'

/** The waits of one kind of work, in milliseconds. */
export interface WorkLimits {
  /** What the server gives a statement, its wait for locks included. */
  readonly statement: number
  /** What we give the server to answer a statement: after its own limit, it is gone. 0: no limit. */
  readonly answer: number
  /** To get a connection: a free one, or a new one. */
  readonly connect: number
  /** Prisma's transactions, as a whole. */
  readonly transaction: number
  /** After which the server ends a transaction that nobody goes on with, and its locks. */
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

/** What keeps every connection from waiting for ever. Parameters in the URL of the database win. */
export const boundedBy = ({
  statement,
  answer,
  connect,
  idleInTransaction,
}: Omit<WorkLimits, 'transaction'>) => ({
  application_name: 'passbook',
  connectionTimeoutMillis: connect,
  statement_timeout: statement,
  query_timeout: answer,
  idle_in_transaction_session_timeout: idleInTransaction,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
})
