/** A thread that encrypts users of a load. It is started with the keys. */
import { type CryptoShare, type KeyUse, shareFieldCrypto } from '../../../../lib/crypto.ts'
import { moved, threadData } from '../../../../lib/threads/thread.ts'
import { createEncodeUsers, type NewUsers } from './encode-users.ts'

/** Users to encrypt, and by which keys. */
export interface EncodingTask extends NewUsers {
  readonly use: KeyUse
}

const crypto = shareFieldCrypto(threadData as CryptoShare)
const encode = createEncodeUsers(crypto)

/** Encrypts users. The result is an `EncodedUsers`. */
export default async function run({ use, ...users }: EncodingTask) {
  crypto.use(use)
  const encoded = await encode(users)
  const parts = [encoded.user, encoded.employment, encoded.account]
  return moved(
    encoded,
    parts.flatMap(({ bytes, ends }) => [bytes.buffer, ends.buffer]),
  )
}
