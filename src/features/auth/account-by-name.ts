import type { Database } from '../../database/client.ts'

/** What is known of an account before it is let in. */
export interface Account {
  readonly id: bigint
  readonly role: string
  readonly passwordHash: string | null
  readonly disabledAt: Date | null
}

/** The account with a user name, whose case does not matter. Whoever takes one by name asks this function. */
export const accountByName = (database: Database, username: string): Promise<Account | null> =>
  database.user.findUnique({
    where: { usernameKey: username.toLowerCase() },
    select: { id: true, role: true, passwordHash: true, disabledAt: true },
  })
