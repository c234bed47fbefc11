import type { Prisma, PrismaClient } from '../generated/prisma/client.ts'
import { createScope } from './scope.ts'

type Effect = () => unknown

interface Unit {
  readonly database: PrismaClient
  readonly transaction: Prisma.TransactionClient
  readonly effects: Effect[]
}

const units = createScope<Unit>({ rests: true })
const clients = new WeakMap<object, () => PrismaClient>()

/**
 * A client that joins the current unit of work: queries run on the unit's transaction, and
 * `$transaction` becomes a savepoint in it. Outside a unit it behaves like the current client.
 *
 * @param current returns the client for the calling code
 */
export function joinUnits(current: () => PrismaClient): PrismaClient {
  // No client is the target, so that none is made before it is used.
  const joining: PrismaClient = new Proxy({} as PrismaClient, {
    get(_, name) {
      const unit = units.value()
      const source = unit?.database === joining ? unit.transaction : current()
      const value: unknown = Reflect.get(source, name)
      return typeof value === 'function' ? value.bind(source) : value
    },
  })
  clients.set(joining, current)
  return joining
}

/**
 * Runs `work` as one database transaction, whichever services it calls: all of it commits, or
 * nothing does. Effects registered with {@link afterCommit} run after the commit.
 *
 * @param database a client made by {@link joinUnits}
 */
export async function inUnitOfWork<T>(
  database: PrismaClient,
  work: () => Promise<T>,
  isolationLevel: Prisma.TransactionIsolationLevel = 'ReadCommitted',
): Promise<T> {
  const client = clients.get(database)?.() ?? database
  const effects: Effect[] = []
  const result = await client.$transaction(
    (transaction) => units.run({ database, transaction, effects }, work),
    { isolationLevel },
  )
  for (const effect of effects) await effect()
  return result
}

/** Whether the calling code runs within a unit of work, and so may read what is not committed. */
export const isInUnitOfWork = (): boolean => units.value() !== undefined

/**
 * Runs an effect that others must not see before the commit: after the unit commits, or now if
 * there is none.
 */
export async function afterCommit(effect: Effect): Promise<void> {
  const unit = units.value()
  if (unit) unit.effects.push(effect)
  else await effect()
}
