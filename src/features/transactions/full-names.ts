import type { CryptoShare, FieldCrypto } from '../../lib/crypto.ts'
import { Remembered } from '../../lib/remembered.ts'

/** Names that are remembered each way, at least; some 200 bytes each. */
const REMEMBERED = 5_000

const address = (userId: bigint) => ({ table: 'transactions', column: 'full_name', userId })

/** What one thread remembers of the names it encrypted and decrypted. */
interface Memory {
  /** The keys in use, whose change makes what is encrypted old. */
  use: CryptoShare['use']
  encrypted: Remembered<string, Uint8Array<ArrayBuffer>>
  readonly decrypted: Remembered<string, { readonly userId: bigint; readonly fullName: string }>
}

const memories = new WeakMap<FieldCrypto, Memory>()

function memoryOf(crypto: FieldCrypto): Memory {
  const { use } = crypto.share()
  let memory = memories.get(crypto)
  if (memory === undefined) {
    memory = { use, encrypted: new Remembered(REMEMBERED), decrypted: new Remembered(REMEMBERED) }
    memories.set(crypto, memory)
  }
  if (memory.use !== use) {
    memory.use = use
    memory.encrypted = new Remembered(REMEMBERED)
  }
  return memory
}

/**
 * Encrypts the name on a transaction. Most transactions of a user have the same one: it is encrypted
 * once and stored with each, so that who reads the database sees which of a user's transactions have
 * one name, and a page of them is decrypted once too.
 */
export function encryptFullName(
  crypto: FieldCrypto,
  userId: bigint,
  fullName: string,
): Uint8Array<ArrayBuffer> {
  const { encrypted } = memoryOf(crypto)
  const key = `${userId} ${fullName}`
  const known = encrypted.get(key)
  if (known !== undefined) return known
  const value = crypto.encrypt(address(userId), fullName)
  encrypted.set(key, value)
  return value
}

/**
 * @param value what was stored, as hexadecimal digits: so a name that is remembered costs no bytes
 * @throws Error if the key is unknown, the name belongs to another user, or it was altered
 */
export function decryptFullName(crypto: FieldCrypto, userId: bigint, value: string): string {
  const { decrypted } = memoryOf(crypto)
  const known = decrypted.get(value)
  if (known?.userId === userId) return known.fullName
  const fullName = crypto.decrypt(address(userId), Buffer.from(value, 'hex'))
  decrypted.set(value, { userId, fullName })
  return fullName
}
