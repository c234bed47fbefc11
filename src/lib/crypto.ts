import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  randomFillSync,
} from 'node:crypto'
import { StartupError } from '../errors.ts'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
const INDEX_KEY_ID = 'index'
/** 32 random bytes contain about 30 distinct values. */
const MIN_BYTE_VALUES = 16

/** What the database stores of a key: enough to recognise the key, not to recover it. */
export interface KeyCheck {
  readonly id: string
  readonly value: Uint8Array
}

/**
 * Where an encrypted value is stored. The address is authenticated, so a moved value does not
 * decrypt.
 */
export interface FieldAddress {
  readonly table: string
  readonly column: string
  readonly userId: number | bigint
}

/** Encrypts single fields, and makes the blind indexes by which they can be looked up. */
export interface FieldCrypto {
  /**
   * Encrypts with AES-256-GCM under the first key. Layout: length of the key id (1 byte), key id,
   * IV (12 bytes), ciphertext, tag (16 bytes).
   */
  encrypt(address: FieldAddress, text: string): Uint8Array<ArrayBuffer>
  /**
   * @throws Error if the key is unknown, the value belongs to another address, or it was altered
   */
  decrypt(address: FieldAddress, value: Uint8Array): string
  /** Like {@link encrypt}, for bytes. */
  encryptBytes(address: FieldAddress, bytes: Uint8Array): Uint8Array<ArrayBuffer>
  /** Like {@link decrypt}, for bytes. */
  decryptBytes(address: FieldAddress, value: Uint8Array): Buffer
  /** HMAC-SHA-256 (32 bytes) of a normalised value, under a key derived for this purpose only. */
  blindIndex(purpose: string, text: string): Uint8Array<ArrayBuffer>
}

/** Generates a value for ENCRYPTION_KEYS: one key for fields and one for blind indexes. */
export const createEncryptionKeys = (): string =>
  `k1:${randomBytes(32).toString('base64')},${INDEX_KEY_ID}:${randomBytes(32).toString('base64')}`

function parseKeys(encryptionKeys: string): Map<string, Buffer> {
  const keys = new Map<string, Buffer>()
  for (const entry of encryptionKeys.split(',')) {
    const [, id, base64] = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)\s*$/.exec(entry) ?? []
    if (id === undefined || base64 === undefined || keys.has(id)) {
      throw new StartupError(
        'ENCRYPTION_KEYS must be a list `id:base64 of 32 bytes,…` with distinct ids; `npm run secrets` prints one.',
      )
    }
    keys.set(id, Buffer.from(base64, 'base64'))
  }
  const weak = [...keys.values()].some((key) => new Set(key).size < MIN_BYTE_VALUES)
  const distinct = new Set([...keys.values()].map((key) => key.toString('hex')))
  if (weak || distinct.size < keys.size) {
    throw new StartupError(
      'ENCRYPTION_KEYS must hold distinct random keys; `npm run secrets` prints some.',
    )
  }
  return keys
}

/** Derives a key for one purpose; it reveals nothing about the key it comes from. */
const deriveKey = (key: Uint8Array, purpose: string) =>
  Buffer.from(hkdfSync('sha256', key, '', `passbook:${purpose}`, 32))

/**
 * Computes what the database stores to recognise keys: an HMAC-SHA-256 of each id, under a key
 * derived from that key for this purpose only.
 *
 * @throws StartupError as {@link createFieldCrypto}
 */
export const createKeyChecks = (encryptionKeys: string): readonly KeyCheck[] =>
  [...parseKeys(encryptionKeys)].map(([id, key]) => ({
    id,
    value: createHmac('sha256', deriveKey(key, 'key-check')).update(id).digest(),
  }))

/**
 * Generates random bytes for many IVs at once: one call per IV takes longer than encrypting a
 * value.
 */
function createIvs(): () => Uint8Array {
  const pool = Buffer.alloc(IV_BYTES * 512)
  let next = pool.length
  return () => {
    if (next === pool.length) {
      randomFillSync(pool)
      next = 0
    }
    next += IV_BYTES
    return pool.subarray(next - IV_BYTES, next)
  }
}

const associatedData = ({ table, column, userId }: FieldAddress) =>
  Buffer.from(`${table}.${column}:${userId}`)

/**
 * @param encryptionKeys `id:base64,…`. The first key encrypts; the others still decrypt, so keys
 *   are rotated by putting a new one first. The key named `index` is for blind indexes and must
 *   stay.
 * @throws StartupError if the list is malformed, has weak or duplicate keys, or lacks a field key
 *   or the index key
 */
export function createFieldCrypto(encryptionKeys: string): FieldCrypto {
  const keys = parseKeys(encryptionKeys)
  const indexKey = keys.get(INDEX_KEY_ID)
  keys.delete(INDEX_KEY_ID)
  const [current] = keys
  if (indexKey === undefined || current === undefined) {
    throw new StartupError(
      'ENCRYPTION_KEYS needs a key for fields and one named `index`; `npm run secrets` prints both.',
    )
  }
  const [currentId, currentBytes] = current
  const currentKey = createSecretKey(currentBytes)
  const nextIv = createIvs()
  const header = Buffer.from([currentId.length, ...Buffer.from(currentId)])
  const purposeKeys = new Map<string, Buffer>()
  const purposeKey = (purpose: string) => {
    const known = purposeKeys.get(purpose)
    if (known) return known
    const derived = deriveKey(indexKey, purpose)
    purposeKeys.set(purpose, derived)
    return derived
  }

  const self: FieldCrypto = {
    encrypt: (address, text) => self.encryptBytes(address, Buffer.from(text)),

    decrypt: (address, value) => self.decryptBytes(address, value).toString(),

    encryptBytes(address, bytes) {
      const value = new Uint8Array(header.length + IV_BYTES + bytes.length + TAG_BYTES)
      const iv = nextIv()
      const cipher = createCipheriv(ALGORITHM, currentKey, iv).setAAD(associatedData(address))
      value.set(header)
      value.set(iv, header.length)
      // GCM output is as long as its input, so `final` returns nothing.
      value.set(cipher.update(bytes), header.length + IV_BYTES)
      cipher.final()
      value.set(cipher.getAuthTag(), value.length - TAG_BYTES)
      return value
    },

    decryptBytes(address, value) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      const idEnd = 1 + (bytes[0] ?? 0)
      const key = keys.get(bytes.toString('utf8', 1, idEnd))
      if (key === undefined || bytes.length < idEnd + IV_BYTES + TAG_BYTES) {
        throw new Error(
          `A value of ${address.table}.${address.column} has no key in ENCRYPTION_KEYS`,
        )
      }
      const body = bytes.subarray(idEnd + IV_BYTES, -TAG_BYTES)
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(idEnd, idEnd + IV_BYTES))
        .setAAD(associatedData(address))
        .setAuthTag(bytes.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(body), decipher.final()])
    },

    blindIndex(purpose, text) {
      return new Uint8Array(createHmac('sha256', purposeKey(purpose)).update(text).digest())
    },
  }
  return self
}
