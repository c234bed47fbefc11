import { availableParallelism } from 'node:os'
import type { FieldCrypto } from '../../../../lib/crypto.ts'
import { startThreads, type Threads } from '../../../../lib/threads/threads.ts'
import { createEncodeUsers, type EncodedUsers, type EncodeUsers } from './encode-users.ts'
import type { EncodingTask } from './encoding-thread.ts'

/**
 * Two threads encrypt more users than one connection stores. With two cores one thread is enough: this
 * one and the database have the other core, and a second thread remembers the same beginnings of words.
 */
export const ENCODING_THREADS = availableParallelism() > 2 ? 2 : 1

/** So many users are encrypted in this thread: others take longer to start. */
const MAX_WITHOUT_THREADS = 10_000

/** Encrypts the users of a load. */
export interface PrepareUsers {
  readonly prepare: EncodeUsers
  /** Ends all threads. */
  close(): Promise<void>
}

/**
 * Creates what encrypts the users of a load, in threads of its own once it is a large one. When the
 * keys in use change meanwhile, it encrypts the users again.
 */
export function createPrepareUsers(crypto: FieldCrypto): PrepareUsers {
  const encodeHere = createEncodeUsers(crypto)
  let threads: Promise<Threads<EncodingTask, EncodedUsers>> | undefined
  let seen = 0
  /** Users that are encrypted here have their turns one after the other. */
  let turn: Promise<unknown> = Promise.resolve()

  async function prepare(users: Parameters<EncodeUsers>[0]): Promise<EncodedUsers> {
    const { use } = crypto.share()
    let encoded: EncodedUsers
    if (seen < MAX_WITHOUT_THREADS) {
      seen += users.ids.length
      const encoding = turn.then(() => encodeHere(users))
      turn = encoding.catch(() => undefined)
      encoded = await encoding
    } else {
      threads ??= startThreads(import.meta.url, 'encoding-thread', ENCODING_THREADS, crypto.share())
      encoded = await (await threads).run({ use, ...users })
    }
    return use === crypto.share().use ? encoded : await prepare(users)
  }

  return {
    prepare,
    async close() {
      await (await threads)?.close()
    },
  }
}
