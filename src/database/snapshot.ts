import { connectDedicated } from './dedicated-connection.ts'

/** Sorting all users, with their members, takes minutes. */
const LIMITS = { statement: 1_800_000, lock: 60_000, connect: 5_000 }

/** Runs statements on one state of the database. */
export interface Snapshot {
  run(statement: string): Promise<void>
  rows<Row extends object>(query: string): Promise<readonly Row[]>
}

/**
 * Reads one state of the database for as long as it takes, over a connection of its own: requests
 * need those of the pool, whose transactions have a limit. What is written, as into temporary tables, is
 * gone in the end.
 */
export async function readSnapshot<T>(
  databaseUrl: string,
  read: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const client = await connectDedicated(databaseUrl, 'passbook', LIMITS)
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    return await read({
      run: async (statement) => void (await client.query(statement)),
      rows: async (query) => (await client.query(query)).rows,
    })
  } finally {
    // Ends the transaction too.
    await client.end().catch(() => undefined)
  }
}
