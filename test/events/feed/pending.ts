import type { TestDatabase } from '../../setup/database.ts'

/** An event that waits for the appender, without its id and time. */
export interface Pending {
  readonly type: string
  readonly user_id: number
  readonly data: Readonly<Record<string, unknown>>
  readonly request_id: string | null
}

/** The pending events of a user, in their order. */
export const pendingOf = (database: TestDatabase, userId: number): Promise<Pending[]> =>
  database.query<Pending & Record<string, unknown>>(
    `SELECT type, user_id::int, data, request_id FROM pending_events WHERE user_id = $1 ORDER BY id`,
    [userId],
  )

/** Their types, in their order. */
export const typesOf = async (database: TestDatabase, userId: number): Promise<string[]> =>
  (await pendingOf(database, userId)).map(({ type }) => type)

/** Forgets what was pending so far. */
export const forget = (database: TestDatabase) => database.query('DELETE FROM pending_events')
