/** Codes of PostgreSQL, Prisma and Node that mean: it does not answer now, not: this was wrong. */
const AWAY =
  /^(P1000|P1001|P1002|P1003|P1008|P1017|P2024|P2028|P2034|ECONNREFUSED|ECONNRESET|ETIMEDOUT|08\d{3}|28000|28P01|3D000|40001|40P01|53300|57P0[1-5])$/

/** Kinds of Prisma's driver adapter that come without a code. */
const AWAY_KINDS = /^(DatabaseNotReachable|ConnectionClosed|SocketTimeout|TooManyConnections)$/

/** What pg says of a connection without giving a code. */
const LOST_CONNECTION =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/

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

/**
 * Whether an error means that the database cannot be reached, refuses connections, or asks for the
 * transaction to be tried again: trying later may work, and nothing of ours is wrong.
 */
export function isDatabaseAway(error: unknown): boolean {
  const { kind = '', originalCode = '' } = driverCause(error)
  return (
    AWAY.test(codeOf(error)) ||
    AWAY.test(originalCode) ||
    AWAY_KINDS.test(kind) ||
    (error instanceof Error && LOST_CONNECTION.test(error.message))
  )
}

/** Whether somebody else's change made a transaction that sees one state of the database impossible. */
export function isWriteConflict(error: unknown): boolean {
  const { kind = '', originalCode = '' } = driverCause(error)
  return (
    codeOf(error) === 'P2034' || originalCode === '40001' || kind === 'TransactionWriteConflict'
  )
}
