import { type Database, type DatabaseTransaction, Prisma } from '../../database/client.ts'
import { AppError } from '../../errors.ts'

/** Login attempts are forgotten this long after the last one. */
const MEMORY_HOURS = 24

/** A limit on login attempts, with the statements that count an attempt and take it back. */
export interface AttemptLimit {
  readonly subject: Uint8Array
  /** Counts the attempt if it is allowed, and writes nothing if it is not. */
  readonly count: Prisma.Sql
  /** Takes the attempt back after a successful login. */
  readonly settle: Prisma.Sql
}

/**
 * Exponential back-off: after `free` attempts, each has to wait for 1 second after the last, then
 * 2, 4 and so on. A success resets the count.
 *
 * @param subject HMAC of what is counted
 */
export function backOff(
  subject: Uint8Array,
  limits: { readonly free: number; readonly longestSeconds: number },
): AttemptLimit {
  const { free, longestSeconds } = limits
  // Concurrent attempts have different `now()`, so a free attempt must not set `blocked_until` at
  // all.
  return {
    subject,
    count: Prisma.sql`
      INSERT INTO login_throttles AS known (subject, failures, last_at, blocked_until)
      VALUES (${subject}, 1, now(), 'epoch')
      ON CONFLICT (subject) DO UPDATE SET (failures, last_at, blocked_until) = (
        SELECT attempt, now(), CASE WHEN attempt < ${free}::int THEN 'epoch' ELSE
          now() + make_interval(secs => least(${longestSeconds}::int, 2 ^ least(attempt - ${free}::int, 30))) END
        FROM (SELECT CASE WHEN known.last_at < now() - make_interval(hours => ${MEMORY_HOURS}::int)
                     THEN 1 ELSE known.failures + 1 END AS attempt) AS next)
      WHERE known.blocked_until <= now()
      RETURNING 1`,
    settle: Prisma.sql`DELETE FROM login_throttles WHERE subject = ${subject}`,
  }
}

/**
 * Allows `maxFailures` failures in a time window that begins with the first. Then it blocks until the
 * window ends.
 *
 * @param subject HMAC of what is counted
 */
export function perWindow(
  subject: Uint8Array,
  { maxFailures, seconds }: { readonly maxFailures: number; readonly seconds: number },
): AttemptLimit {
  return {
    subject,
    // `blocked_until` is the end of the window. It blocks only once `maxFailures` is reached.
    count: Prisma.sql`
      INSERT INTO login_throttles AS known (subject, failures, last_at, blocked_until)
      VALUES (${subject}, 1, now(), now() + make_interval(secs => ${seconds}::int))
      ON CONFLICT (subject) DO UPDATE SET (failures, last_at, blocked_until) = (
        SELECT CASE WHEN over THEN 1 ELSE known.failures + 1 END, now(),
          CASE WHEN over THEN now() + make_interval(secs => ${seconds}::int) ELSE known.blocked_until END
        FROM (SELECT known.blocked_until <= now() AS over) AS window_state)
      WHERE known.failures < ${maxFailures}::int OR known.blocked_until <= now()
      RETURNING 1`,
    settle: Prisma.sql`
      UPDATE login_throttles SET failures = greatest(failures - 1, 0) WHERE subject = ${subject}`,
  }
}

/** @param seconds until the next attempt is allowed */
const tooManyAttempts = (seconds: number) =>
  new AppError(429, 'too_many_attempts', `Too many attempts; try again in ${seconds} seconds`, {
    headers: { 'retry-after': String(seconds) },
  })

/**
 * Counts an attempt before the password is checked, so that concurrent attempts gain nothing over
 * sequential ones. An attempt that one limit refuses is counted by none, so every wait ends.
 *
 * @throws AppError 429 with the seconds to wait
 */
export async function countAttempt(
  database: Database,
  limits: readonly AttemptLimit[],
): Promise<void> {
  await database.$transaction((tx) => countAttemptIn(tx, limits))
}

/**
 * {@link countAttempt} in a transaction of the caller: what that takes back was not counted.
 *
 * @throws AppError 429 with the seconds to wait
 */
export async function countAttemptIn(
  tx: DatabaseTransaction,
  limits: readonly AttemptLimit[],
): Promise<void> {
  for (const { subject, count } of limits) {
    const [{ wait }] = await tx.$queryRaw<[{ wait: number }]>`
      WITH counted AS (${count})
      SELECT CASE WHEN EXISTS (SELECT FROM counted) THEN 0 ELSE coalesce(
        (SELECT greatest(1, ceil(extract(epoch FROM blocked_until - now())))
         FROM login_throttles WHERE subject = ${subject}), 1) END::int AS wait`
    if (wait > 0) throw tooManyAttempts(wait)
  }
}

/** Takes a successful attempt back from the limits that counted it. */
export async function settleAttempt(
  database: Database,
  limits: readonly AttemptLimit[],
): Promise<void> {
  for (const { settle } of limits) await database.$executeRaw(settle)
}

/** Deletes login attempts that are too old to count. Skips rows that an attempt is updating now. */
export async function deleteOldAttempts(database: Database): Promise<void> {
  await database.$executeRaw`
    SELECT delete_old_attempts(now() - make_interval(hours => ${MEMORY_HOURS}::int))`
}
