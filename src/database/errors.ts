import { AppError, databaseUnavailable, overloaded, storageFull } from '../errors.ts'

/**
 * Codes of PostgreSQL, Prisma and Node that mean: it does not answer now, not: this was wrong. Of an error of
 * ours that our pool threw, Prisma passes on the code alone.
 */
const AWAY =
  /^(P100[01238]|P1017|P2037|ECONN(REFUSED|RESET)|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08\w{3}|28\w{3}|3D000|53300|57P0[1-5]|database_unavailable)$/

/** It answers: the statement took too long, waited for a lock too long, or has to be tried again. */
const BUSY = /^(P2024|P2028|P2034|25P0[34]|40001|40P01|53200|53400|55P03|57014|overloaded)$/

/** No space for the database's files, or for ours. */
const FULL = /^(53100|ENOSPC|EDQUOT)$/

/** Kinds of Prisma's driver adapter that come without a code. */
const AWAY_KINDS = /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$/

/** What pg says of a connection without giving a code. */
const LOST_CONNECTION =
  /^(Connection terminated|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/

/** What Prisma passes on of the driver's error. */
interface DriverCause {
  readonly kind?: string
  readonly originalCode?: string
}

/** The code an error carries, or an empty text. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

/** What the driver said of an error that Prisma wraps. */
export function driverCause(error: unknown): DriverCause {
  const { meta } = (error ?? {}) as {
    readonly meta?: { readonly driverAdapterError?: { readonly cause?: DriverCause } }
  }
  return meta?.driverAdapterError?.cause ?? {}
}

/** An error and all that it was made of: libraries wrap what went wrong, some more than once. */
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

/** The error of ours that one cause by itself means; undefined when it is nobody's but ours to mend. */
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
 * What an error means to a caller, however it is wrapped: one of ours, or that a dependency is away, full
 * or too slow. Of the library's errors the innermost that is known decides, as what is around it says less.
 *
 * @returns undefined for an error nobody foresaw
 */
export function knownError(error: unknown): AppError | undefined {
  const causes = [...causesOf(error)]
  const ours = causes.find((cause) => cause instanceof AppError)
  if (ours) return ours
  return causes.map((cause) => meaningOf(cause, error)).findLast((meaning) => meaning !== undefined)
}

/**
 * Whether an error means that the database cannot be reached or refuses connections: trying later may
 * work, and nothing of ours is wrong.
 */
export const isDatabaseAway = (error: unknown): boolean =>
  knownError(error)?.code === 'database_unavailable'

/** Whether what works now may work later: the database is away, too busy or full, and nothing else is wrong. */
export const isPassing = (error: unknown): boolean => knownError(error)?.status === 503

/** Whether somebody else's change made a transaction that sees one state of the database impossible. */
export function isWriteConflict(error: unknown): boolean {
  const { kind = '', originalCode = '' } = driverCause(error)
  return (
    codeOf(error) === 'P2034' || originalCode === '40001' || kind === 'TransactionWriteConflict'
  )
}
