import { DatabaseError } from 'pg'
import { AppError, databaseUnavailable, overloaded, storageFull } from '../errors.ts'

/**
 * Codes of PostgreSQL, Prisma and Node that mean the database is unavailable, not that a query was
 * wrong. If our pool threw an AppError, Prisma passes on only its code.
 */
const AWAY =
  /^(P100[01238]|P1017|P2037|ECONN(REFUSED|RESET)|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08\w{3}|28\w{3}|3D000|53300|57P0[1-5]|database_unavailable)$/

/**
 * The database answers, but a statement or a lock took too long, or the transaction must be
 * retried.
 */
const BUSY = /^(P2024|P2028|P2034|25P0[34]|40001|40P01|53200|53400|55P03|57014|overloaded)$/

/** No space left for the database's files, or for ours. */
const FULL = /^(53100|ENOSPC|EDQUOT)$/

/** Kinds of Prisma's driver adapter that have no code. */
const AWAY_KINDS = /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$/

/** Messages of pg about lost connections that have no code. */
const LOST_CONNECTION =
  /^(Connection terminated|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/

/** What Prisma passes on of the driver's error. */
interface DriverCause {
  readonly kind?: string
  readonly originalCode?: string
}

/** An error's code, or an empty string. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

/** The driver's description of an error that Prisma wraps. */
export function driverCause(error: unknown): DriverCause {
  const { meta } = (error ?? {}) as {
    readonly meta?: { readonly driverAdapterError?: { readonly cause?: DriverCause } }
  }
  return meta?.driverAdapterError?.cause ?? {}
}

/** An error and everything it wraps: libraries wrap errors, sometimes more than once. */
function* causesOf(error: unknown, seen = new Set<unknown>()): Generator<object> {
  if (typeof error !== 'object' || error === null || seen.has(error)) return
  seen.add(error)
  yield error
  const { cause, errors, meta } = error as {
    readonly cause?: unknown
    readonly errors?: unknown
    readonly meta?: { readonly driverAdapterError?: unknown }
  }
  const inner = [cause, meta?.driverAdapterError, ...(Array.isArray(errors) ? errors : [])]
  for (const next of inner) yield* causesOf(next, seen)
}

/** The AppError that a single cause stands for; undefined if it is a bug of ours. */
function meaningOf(cause: object, error: unknown): AppError | undefined {
  const { kind = '', originalCode = '' } = cause as DriverCause
  const codes = [codeOf(cause), originalCode]
  if (codes.some((code) => FULL.test(code))) return storageFull(error)
  if (codes.some((code) => AWAY.test(code)) || AWAY_KINDS.test(kind)) {
    return databaseUnavailable(error)
  }
  if (cause instanceof Error && LOST_CONNECTION.test(cause.message)) {
    return databaseUnavailable(error)
  }
  const busy = codes.some((code) => BUSY.test(code)) || kind === 'TransactionWriteConflict'
  return busy ? overloaded(error) : undefined
}

/**
 * Maps an error to an AppError, however it is wrapped: one of ours, or that the database is
 * unavailable, full or too slow. For library errors the innermost known cause decides, since outer
 * ones say less.
 *
 * @returns undefined for an unexpected error
 */
export function knownError(error: unknown): AppError | undefined {
  const causes = [...causesOf(error)]
  const ours = causes.find((cause) => cause instanceof AppError)
  if (ours) return ours
  return causes.map((cause) => meaningOf(cause, error)).findLast((meaning) => meaning !== undefined)
}

/**
 * Whether the database is unreachable or refuses connections: a retry may work, and it is no bug
 * of ours.
 */
export const isDatabaseAway = (error: unknown): boolean =>
  knownError(error)?.code === 'database_unavailable'

/**
 * Whether a retry may work later: the database is unavailable, too busy or full, and nothing else
 * is wrong.
 */
export const isPassing = (error: unknown): boolean => knownError(error)?.status === 503

/** Whether a repeatable-read transaction failed because of somebody else's change. */
export function isWriteConflict(error: unknown): boolean {
  const { kind = '', originalCode = '' } = driverCause(error)
  return (
    codeOf(error) === 'P2034' || originalCode === '40001' || kind === 'TransactionWriteConflict'
  )
}

/**
 * Whether a statement outside any transaction certainly changed nothing: the server itself refused
 * it. Whoever loses the connection does not know.
 */
export const isRolledBack = (error: unknown): boolean =>
  error instanceof DatabaseError && !isDatabaseAway(error)

/** Whether a statement gave up waiting for a lock. */
export const isLockTimeout = (error: unknown): boolean =>
  [...causesOf(error)].some(
    (cause) => codeOf(cause) === '55P03' || (cause as DriverCause).originalCode === '55P03',
  )
