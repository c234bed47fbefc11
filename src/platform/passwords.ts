import { hash, verify } from '@node-rs/argon2'

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** argon2id with a random salt, in the PHC string format. */
export const hashPassword = (password: string): Promise<string> => hash(password, COST)

let decoy: Promise<string> | undefined

/**
 * Checks a password. Without a hash (no such user) it does the same work against a decoy, so that
 * time does not tell who exists.
 */
export async function verifyPassword(hashed: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('a decoy that no password matches')
  const matches = await verify(hashed ?? (await decoy), password)
  return hashed !== null && matches
}
