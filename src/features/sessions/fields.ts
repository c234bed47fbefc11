import type { Prisma } from '../../database/client.ts'
import type { Client } from '../../http/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'

/** Longer user agents are cut. */
const MAX_USER_AGENT_LENGTH = 256

type StoredSession = Prisma.SessionGetPayload<object>

/** A session, decrypted. One that was begun before sessions were recorded has no client. */
export interface SessionRecord extends Omit<StoredSession, 'address' | 'userAgent'> {
  readonly address: string | undefined
  readonly userAgent: string | undefined
}

const addressOf = (column: string, userId: bigint) => ({ table: 'sessions', column, userId })

/** The encrypted columns of a session. */
export function encryptClient(crypto: FieldCrypto, userId: bigint, client: Client) {
  const userAgent = client.userAgent?.slice(0, MAX_USER_AGENT_LENGTH)
  return {
    address: crypto.encrypt(addressOf('address', userId), client.address),
    userAgent: userAgent ? crypto.encrypt(addressOf('user_agent', userId), userAgent) : null,
  }
}

/** @throws Error if a value was altered, or belongs to another user */
export function decryptSession(crypto: FieldCrypto, session: StoredSession): SessionRecord {
  const { userId, address, userAgent } = session
  const decrypt = (column: string, value: Uint8Array | null) =>
    value === null ? undefined : crypto.decrypt(addressOf(column, userId), value)
  return {
    ...session,
    address: decrypt('address', address),
    userAgent: decrypt('user_agent', userAgent),
  }
}
