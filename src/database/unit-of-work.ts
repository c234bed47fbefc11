import { AsyncLocalStorage } from 'node:async_hooks'
import type { Prisma, PrismaClient } from '../generated/prisma/client.ts'

type Effect = () => unknown

interface Unit {
  readonly database: PrismaClient
  readonly transaction: Prisma.TransactionClient
  readonly effects: Effect[]
}

const units = new AsyncLocalStorage<Unit>()
const clients = new WeakMap<object, () => PrismaClient>()

/**
 * A client whose work becomes part of the unit of work it is called in: queries run on the unit's
 * transaction, and `$transaction` is a savepoint of it. Outside of one it is the client that fits.
 *
 * @param fitting the client for what runs now
 */
export function joinUnits(fitting: () => PrismaClient): PrismaClient {
  const joining: PrismaClient = new Proxy(fitting(), {
    get(_, name) {
      const unit = units.getStore()
      const source = unit?.database === joining ? unit.transaction : fitting()
      const value: unknown = Reflect.get(source, name)
      return typeof value === 'function' ? value.bind(source) : value
    },
  })
  clients.set(joining, fitting)
  return joining
}

/**
 * Runs `work` as one database transaction, whichever services it calls: all of it is committed, or
 * nothing. What they left to {@link afterCommit} runs once it is.
 *
 * @param database a client of {@link joinUnits}
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

/** Runs an effect that others must not see before the commit: at once, or when the unit is committed. */
export async function afterCommit(effect: Effect): Promise<void> {
  const unit = units.getStore()
  if (unit) unit.effects.push(effect)
  else await effect()
}
