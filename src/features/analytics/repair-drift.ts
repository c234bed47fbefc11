import type { Database } from '../../database/client.ts'

const SAMPLE_USERS = 200

/** Chooses the users that follow a random id. It costs the same however many users there are. */
async function chooseSample(database: Database): Promise<readonly bigint[]> {
  const [sample] = await database.$queryRaw<{ start: bigint }[]>`
    SELECT (random() * max(id))::bigint AS start FROM users`
  const start = sample?.start ?? 0n
  const chosen = await database.$queryRaw<{ id: bigint }[]>`
    SELECT id FROM (
      (SELECT id FROM users WHERE id >= ${start} ORDER BY id LIMIT ${SAMPLE_USERS})
      UNION (SELECT id FROM users ORDER BY id LIMIT ${SAMPLE_USERS})
    ) AS chosen
    ORDER BY id < ${start}, id LIMIT ${SAMPLE_USERS}`
  return chosen.map(({ id }) => id)
}

/**
 * Compares the stored statistics of users with the ledger. Days that differ get outbox rows, so the
 * usual recomputation repairs them.
 *
 * @returns how many users differed
 */
export async function repairUsers(database: Database, ids: readonly bigint[]): Promise<number> {
  const repaired = await database.$queryRaw<{ user_id: bigint }[]>`
    INSERT INTO outbox (user_id, type, day)
    SELECT subject, 'statistics.drifted', day FROM unnest(${[...ids]}::bigint[]) AS subject CROSS JOIN LATERAL drifted_days(subject) AS day
    RETURNING user_id`
  return new Set(repaired.map(({ user_id }) => user_id)).size
}

/** Repairs the statistics of a sample of users. @returns how many of them differed */
export const repairDrift = async (database: Database): Promise<number> =>
  await repairUsers(database, await chooseSample(database))
