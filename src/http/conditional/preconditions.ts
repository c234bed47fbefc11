import { type Database, violatedUnique } from '../../database/client.ts'
import { isWriteConflict } from '../../database/errors.ts'
import { inUnitOfWork } from '../../database/unit-of-work.ts'
import { AppError } from '../../errors.ts'
import { etagOf, namesETag } from './etag.ts'

/**
 * Every conflict means somebody else committed, so there is progress. After this many the client
 * may retry.
 */
const MAX_TRIES = 10

/** The headers of a request that say which state of the record it is for. */
export interface Preconditions {
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
}

const preconditionFailed = () =>
  new AppError(
    412,
    'precondition_failed',
    'The record is not in the state that you ask for; read it again',
  )

/** The record that a request changes. */
export interface ConditionalRecord {
  /** Returns the record as GET shows it. */
  readonly read: () => Promise<unknown>
  /** Locks all that `read` shows, until the end of the unit of work. */
  readonly lock?: (() => Promise<void>) | undefined
}

/**
 * Makes a change only if the record matches `If-Match`, and does not match `If-None-Match`. The record is read and changed in
 * one repeatable-read transaction. If somebody else changes one of its rows meanwhile, PostgreSQL
 * aborts ours, and the record is compared again. A record that can be locked needs no such snapshot.
 *
 * @throws AppError 412 if a header does not hold, and whatever `read` and `work` throw
 */
export async function onlyIf<T>(
  database: Database,
  { ifMatch, ifNoneMatch }: Preconditions,
  { read, lock }: ConditionalRecord,
  work: () => Promise<T>,
): Promise<T> {
  const isolation = lock ? 'ReadCommitted' : 'RepeatableRead'
  const compareAndWork = async () => {
    await lock?.()
    const etag = etagOf(await read())
    if (ifMatch !== undefined && !namesETag(ifMatch, etag, false)) throw preconditionFailed()
    if (ifNoneMatch !== undefined && namesETag(ifNoneMatch, etag, true)) throw preconditionFailed()
    return await work()
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inUnitOfWork(database, compareAndWork, isolation)
    } catch (error) {
      // The snapshot may not show a new row yet: only its unique index reveals it.
      const isConflict = isWriteConflict(error) || violatedUnique(error) !== undefined
      if (attempt === MAX_TRIES || !isConflict) throw error
    }
  }
}
