import { StartupError } from '../../../errors.ts'
import type { UserCreate } from '../../../generated/schemas.ts'
import { mapConcurrently } from '../concurrent.ts'
import type { UserInput } from '../input/input.ts'
import type { Progress } from '../progress.ts'
import type { Client } from './client.ts'

const CONCURRENCY = 8

/** A user of the input as the service knows them. */
export interface LoadedUser {
  readonly id: number
  /** In small letters. */
  readonly email: string
  /** Whether it was there before: then it may have transactions that are not ours. */
  readonly existed: boolean
}

async function load(client: Client, user: UserInput): Promise<LoadedUser> {
  const { line, ...fields } = user
  const email = user.email.toLowerCase()
  const created = await client.createUser(fields satisfies UserCreate)
  if (typeof created === 'number') return { id: created, email, existed: false }
  if (created === 'email_taken') {
    const id = await client.findUser(user.email)
    if (id !== undefined) return { id, email, existed: true }
  }
  if (created === 'validation_failed') {
    throw new StartupError(`The service refused the user on line ${line} of the users.`)
  }
  throw new StartupError(`The user on line ${line} of the users was refused: ${created}.`)
}

/**
 * Creates users, and finds those that are there already.
 *
 * @throws StartupError naming the line of a user that the service refuses
 */
export const loadUsers = (
  client: Client,
  users: readonly UserInput[],
  progress: Progress,
): Promise<LoadedUser[]> =>
  mapConcurrently(users, CONCURRENCY, async (user) => {
    const loaded = await load(client, user)
    progress.advance(1)
    return loaded
  })
