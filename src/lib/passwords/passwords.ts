import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { createWorkQueue } from '../work-queue.ts'

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
/** libuv's threads. Compression, files and DNS use them too, so leave one free. */
const POOL_THREADS = 4
/** Whoever would wait longer is refused. */
const MAX_WAIT_MS = 2_000

const queue = createWorkQueue({
  concurrency: Math.max(1, Math.min(availableParallelism(), POOL_THREADS - 1)),
  maxWaitMs: MAX_WAIT_MS,
})

/**
 * Hashes with argon2id and a random salt, in PHC string format. This takes tens of milliseconds of
 * CPU time and may queue: never call it while holding a database connection.
 *
 * @throws AppError 503 if too many passwords are already waiting
 */
export const hashPassword = (password: string): Promise<string> =>
  queue.run(() => hash(password, COST))

let decoy: Promise<string> | undefined

/** The hash used for unknown users. Computed once, outside the queue. */
const decoyHash = (): Promise<string> => (decoy ??= hash('a decoy that no password matches', COST))

/**
 * Checks a password. Without a hash (no such user) it verifies against a decoy, so that timing
 * does not reveal which users exist.
 *
 * @throws AppError 503 if too many passwords are already waiting
 */
export async function verifyPassword(hashed: string | null, password: string): Promise<boolean> {
  const compared = hashed ?? (await decoyHash())
  const matches = await queue.run(() => verify(compared, password))
  return hashed !== null && matches
}
