import { type Database, violatedUnique } from '../database/client.ts'
import { isWriteConflict } from '../database/errors.ts'
import { inUnitOfWork } from '../database/unit-of-work.ts'
import { AppError } from '../errors.ts'
import { etagOf, namesETag } from './etag.ts'

/** Each loses to somebody else's commit: there is progress, and after so many the caller may try again. */
const ATTEMPTS = 10

const failed = () =>
  new AppError(
    412,
    'precondition_failed',
    'The record has changed since you read it; read it again',
  )

/**
 * Does a change only if the record is still what `If-Match` names. The record is read and changed in
 * one transaction that sees one state of the database; when somebody else changes a row of it meanwhile,
 * PostgreSQL refuses ours, and the record is compared anew.
 *
 * @param read the record as a GET shows it
 * @throws AppError 412 when it has changed, and whatever `read` and `work` throw
 */
export async function onlyIfMatches<T>(
  database: Database,
  ifMatch: string,
  read: () => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  const compareAndWork = async () => {
    if (!namesETag(ifMatch, etagOf(await read()), false)) throw failed()
    return await work()
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inUnitOfWork(database, compareAndWork, 'RepeatableRead')
    } catch (error) {
      // A row that this state does not show yet shows by its unique index alone.
      const overtaken = isWriteConflict(error) || violatedUnique(error) !== undefined
      if (attempt === ATTEMPTS || !overtaken) throw error
    }
  }
}
