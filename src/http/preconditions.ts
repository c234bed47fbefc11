import { type Database, violatedUnique } from '../database/client.ts'
import { isWriteConflict } from '../database/errors.ts'
import { inUnitOfWork } from '../database/unit-of-work.ts'
import { AppError } from '../errors.ts'
import { etagOf, namesETag } from './etag.ts'

/**
 * Every conflict means somebody else committed, so there is progress. After this many the client
 * may retry.
 */
const MAX_TRIES = 10

const preconditionFailed = () =>
  new AppError(
    412,
    'precondition_failed',
    'The record has changed since you read it; read it again',
  )

/**
 * Makes a change only if the record still matches `If-Match`. The record is read and changed in
 * one repeatable-read transaction. If somebody else changes one of its rows meanwhile, PostgreSQL
 * aborts ours, and the record is compared again.
 *
 * @param read the record as GET shows it
 * @throws AppError 412 if it has changed, and whatever `read` and `work` throw
 */
export async function onlyIfMatches<T>(
  database: Database,
  ifMatch: string,
  read: () => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  const compareAndWork = async () => {
    if (!namesETag(ifMatch, etagOf(await read()), false)) throw preconditionFailed()
    return await work()
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inUnitOfWork(database, compareAndWork, 'RepeatableRead')
    } catch (error) {
      // The snapshot may not show a new row yet: only its unique index reveals it.
      const isConflict = isWriteConflict(error) || violatedUnique(error) !== undefined
      if (attempt === MAX_TRIES || !isConflict) throw error
    }
  }
}
