import type { Database } from '../../database/client.ts'

/** What a login checks of an account. */
export interface Account {
  readonly id: bigint
  readonly role: string
  readonly passwordHash: string | null
  readonly disabledAt: Date | null
}

/**
 * Finds an account by its user name, regardless of case. Every look-up by name goes through here.
 */
export const accountByName = (database: Database, username: string): Promise<Account | null> =>
  database.user.findUnique({
    where: { usernameKey: username.toLowerCase() },
    select: { id: true, role: true, passwordHash: true, disabledAt: true },
  })
