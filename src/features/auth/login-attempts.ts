import { type Database, Prisma } from '../../database/client.ts'
import { AppError } from '../../errors.ts'

/** After so long without an attempt, those before are forgotten. */
const MEMORY_HOURS = 24

/** How often something may be tried, with what is written before and after. */
export interface AttemptLimit {
  readonly subject: Uint8Array
  /** One statement that counts the attempt where it may be made, and writes nothing where it may not. */
  readonly count: Prisma.Sql
  /** What a success takes back. */
  readonly settle: Prisma.Sql
}

/**
 * So many attempts are free; then each has to wait after the last, for 1 second, 2, 4 and so on. A
 * success forgets them all.
 *
 * @param subject what is counted, as an HMAC
 */
export function backOff(
  subject: Uint8Array,
  { free, longestSeconds }: { readonly free: number; readonly longestSeconds: number },
): AttemptLimit {
  // Attempts at the same moment do not see the same time: a free one must not set a time at all.
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
 * So many failures in a window of time that begins with the first; then none until it ends.
 *
 * @param subject what is counted, as an HMAC
 */
export function perWindow(
  subject: Uint8Array,
  { most, seconds }: { readonly most: number; readonly seconds: number },
): AttemptLimit {
  return {
    subject,
    // `blocked_until` is the window's end; it blocks when the window is full.
    count: Prisma.sql`
      INSERT INTO login_throttles AS known (subject, failures, last_at, blocked_until)
      VALUES (${subject}, 1, now(), now() + make_interval(secs => ${seconds}::int))
      ON CONFLICT (subject) DO UPDATE SET (failures, last_at, blocked_until) = (
        SELECT CASE WHEN over THEN 1 ELSE known.failures + 1 END, now(),
          CASE WHEN over THEN now() + make_interval(secs => ${seconds}::int) ELSE known.blocked_until END
        FROM (SELECT known.blocked_until <= now() AS over) AS window_state)
      WHERE known.failures < ${most}::int OR known.blocked_until <= now()
      RETURNING 1`,
    settle: Prisma.sql`
      UPDATE login_throttles SET failures = greatest(failures - 1, 0) WHERE subject = ${subject}`,
  }
}

/** 429: tried too often. @param seconds until the next attempt may be made */
const tooManyAttempts = (seconds: number) =>
  new AppError(429, 'too_many_attempts', `Too many attempts; try again in ${seconds} seconds`, {
    headers: { 'retry-after': String(seconds) },
  })

/**
 * Counts an attempt before it is made, so that many at once get no further than one after another. An
 * attempt that one limit refuses is counted by none: every wait ends.
 *
 * @throws AppError 429 with the seconds to wait
 */
export async function countAttempt(
  database: Database,
  limits: readonly AttemptLimit[],
): Promise<void> {
  await database.$transaction(async (tx) => {
    for (const { subject, count } of limits) {
      const [{ wait }] = await tx.$queryRaw<[{ wait: number }]>`
        WITH counted AS (${count})
        SELECT CASE WHEN EXISTS (SELECT FROM counted) THEN 0 ELSE coalesce(
          (SELECT greatest(1, ceil(extract(epoch FROM blocked_until - now())))
           FROM login_throttles WHERE subject = ${subject}), 1) END::int AS wait`
      if (wait > 0) throw tooManyAttempts(wait)
    }
  })
}

/** Takes back what an attempt that succeeded was counted as. */
export async function settleAttempt(
  database: Database,
  limits: readonly AttemptLimit[],
): Promise<void> {
  for (const { settle } of limits) await database.$executeRaw(settle)
}

/** Deletes what is too old to count, but for what is just being counted anew. */
export async function deleteOldAttempts(database: Database): Promise<void> {
  await database.$executeRaw`
    SELECT delete_old_attempts(now() - make_interval(hours => ${MEMORY_HOURS}::int))`
}
