import pg from 'pg'

/**
 * Opens a database connection that bypasses Passbook, for a transaction that stays open during a
 * test.
 */
export async function openSession(url: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return {
    query: async (text: string, values: readonly unknown[] = []) =>
      (await client.query(text, [...values])).rows,
    close: () => client.end(),
  }
}

/** Counts the statements on this database that wait for a lock. */
export const WAITING_FOR_LOCKS = `
  SELECT count(*)::int AS count FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`
