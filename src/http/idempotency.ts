import type { Database } from '../database/client.ts'
import { inUnitOfWork } from '../database/unit-of-work.ts'
import { AppError, errorAt, type Place } from '../errors.ts'
import type { FieldCrypto } from '../lib/crypto.ts'
import { DAY_MS } from '../lib/day.ts'
import { usersOf } from './answer-users.ts'

/** Answers are kept for 24 hours. */
const MAX_AGE_MS = DAY_MS

const KEY: Place = { in: 'header', path: 'Idempotency-Key' }

/** A stored response. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** A request that a client may retry. */
export interface RepeatableRequest {
  /** The account's id; undefined for an anonymous caller. */
  readonly callerId: number | undefined
  /** Identifies the caller: the same key from two callers is two keys. */
  readonly caller: string
  readonly key: string
  /** What identifies the request under its key: operation, parameters and body. */
  readonly content: unknown
}

export type AnswerOnce = (
  request: RepeatableRequest,
  work: () => Promise<Answer>,
) => Promise<Answer & { readonly replayed: boolean }>

interface Deps {
  readonly database: Database
  readonly crypto: FieldCrypto
}

const inUse = () =>
  new AppError(
    409,
    'idempotency_key_in_use',
    'A request with this Idempotency-Key is still under way',
    { headers: { 'retry-after': '1' } },
  )

const reused = () =>
  new AppError(
    422,
    'idempotency_key_reused',
    'This Idempotency-Key was used with another request',
    {
      errors: [errorAt(KEY, 'reused', 'was used with another request: send a new key')],
    },
  )

/** JSON with the members of every object sorted, so that their order does not matter. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

/**
 * Runs a request's work once per caller and key. The answer is stored in the same database
 * transaction as the work, so a crash keeps both or neither. A transaction-level advisory lock
 * marks the key as in flight and is released with the transaction. Work that fails stores nothing
 * and leaves its key free. An answer is deleted with any user it is about.
 *
 * @returns the stored answer if the request was already answered within 24 hours
 * @throws AppError 409 while the first request is under way, 422 for a different request under the
 *   key
 */
export function createAnswerOnce({ database, crypto }: Deps): AnswerOnce {
  return async ({ callerId, caller, key, content }, work) => {
    // While the index key is replaced, an answer may be stored under either key.
    const ids = crypto.everyIndex('idempotency.key', `${caller}\n${key}`)
    const fingerprints = crypto.everyIndex('idempotency.request', canonical(content))
    const [id] = ids as [Uint8Array<ArrayBuffer>]
    const [fingerprint] = fingerprints as [Uint8Array<ArrayBuffer>]
    const address = { table: 'idempotency_keys', column: 'answer', userId: callerId ?? 0 }
    const locks = ids.map((one) => new DataView(one.buffer, one.byteOffset).getBigInt64(0))

    return await inUnitOfWork(database, async () => {
      const [{ free }] = await database.$queryRaw<[{ free: boolean }]>`
        SELECT bool_and(pg_try_advisory_xact_lock(lock)) AS free
        FROM unnest(${locks.map(String)}::bigint[]) AS wanted (lock)`
      if (!free) throw inUse()
      const stored = await database.idempotencyKey.findFirst({
        where: { id: { in: [...ids] }, createdAt: { gt: new Date(Date.now() - MAX_AGE_MS) } },
      })
      if (stored !== null) {
        const same = Buffer.from(stored.fingerprint)
        if (!fingerprints.some((one) => same.equals(one))) throw reused()
        const answer = JSON.parse(crypto.decrypt(address, stored.answer)) as Omit<Answer, 'status'>
        return { ...answer, status: stored.status, replayed: true }
      }
      const { status, headers, body } = await work()
      const answer = crypto.encrypt(address, JSON.stringify({ headers, body }))
      const users = usersOf(headers['location'], body)
      // The work may have deleted the caller's account, hence the subselect.
      await database.$executeRaw`
        INSERT INTO idempotency_keys (id, user_id, fingerprint, status, answer, user_ids)
        VALUES (${id}, (SELECT id FROM users WHERE id = ${callerId ?? 0}), ${fingerprint},
          ${status}, ${answer}, ${users}::bigint[])
        ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, fingerprint = excluded.fingerprint,
          status = excluded.status, answer = excluded.answer, user_ids = excluded.user_ids,
          created_at = now()`
      return { status, headers, body, replayed: false }
    })
  }
}

/** Deletes stored answers older than 24 hours. */
export async function deleteOldAnswers(database: Database): Promise<void> {
  const limit = new Date(Date.now() - MAX_AGE_MS)
  await database.idempotencyKey.deleteMany({ where: { createdAt: { lt: limit } } })
}
