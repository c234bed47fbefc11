import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { createWorkQueue } from './work-queue.ts'

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
/** Threads of libuv. Compression, files and names use them too, so that one is left to those. */
const POOL_THREADS = 4
/** Whoever would wait longer is told to come again. */
const MAX_WAIT_MS = 2_000

const queue = createWorkQueue({
  concurrency: Math.max(1, Math.min(availableParallelism(), POOL_THREADS - 1)),
  maxWaitMs: MAX_WAIT_MS,
})

/**
 * argon2id with a random salt, in the PHC string format. It takes tens of milliseconds of a core, and may
 * wait: never call it while a database connection is held.
 *
 * @throws AppError 503 when too many passwords wait already
 */
export const hashPassword = (password: string): Promise<string> =>
  queue.run(() => hash(password, COST))

let decoy: Promise<string> | undefined

/** What no password matches. Nobody waits for it in the queue, and it is made once. */
const decoyHash = (): Promise<string> => (decoy ??= hash('a decoy that no password matches', COST))

/**
 * Checks a password. Without a hash (no such user) it does the same work against a decoy, so that
 * time does not tell who exists.
 *
 * @throws AppError 503 when too many passwords wait already
 */
export async function verifyPassword(hashed: string | null, password: string): Promise<boolean> {
  const compared = hashed ?? (await decoyHash())
  const matches = await queue.run(() => verify(compared, password))
  return hashed !== null && matches
}
