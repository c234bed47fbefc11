import type { FieldCrypto } from '../../lib/crypto.ts'

const address = (userId: number | bigint) => ({
  table: 'webhook_attempts',
  column: 'answer',
  userId,
})

/** A receiver may answer with anything, so answers are stored like names. */
export const encryptAnswer = (crypto: FieldCrypto, userId: number | bigint, text: string) =>
  crypto.encrypt(address(userId), text)

export const decryptAnswer = (crypto: FieldCrypto, userId: bigint, value: Uint8Array): string =>
  crypto.decrypt(address(userId), value)
