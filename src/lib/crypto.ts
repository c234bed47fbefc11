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
/** 32 random bytes have about 30 values among them. */
const FEWEST_BYTE_VALUES = 16

/** What a database keeps of a key: enough to know it again, and nothing to make it from. */
export interface KeyCheck {
  readonly id: string
  readonly value: Uint8Array
}

/** Where an encrypted value lives. It is authenticated: a value moved elsewhere does not decrypt. */
export interface FieldAddress {
  readonly table: string
  readonly column: string
  readonly userId: number | bigint
}

/** Encrypts single fields, and makes the blind indexes that let them be looked up. */
export interface FieldCrypto {
  /**
   * AES-256-GCM under the first key. Layout: length of the key id (1 byte), key id, IV (12 bytes),
   * ciphertext, tag (16 bytes).
   */
  encrypt(address: FieldAddress, text: string): Uint8Array<ArrayBuffer>
  /** @throws Error when the value was made with an unknown key, for another place, or altered */
  decrypt(address: FieldAddress, value: Uint8Array): string
  /** As {@link encrypt}, of bytes. */
  encryptBytes(address: FieldAddress, bytes: Uint8Array): Uint8Array<ArrayBuffer>
  /** As {@link decrypt}, of bytes. */
  decryptBytes(address: FieldAddress, value: Uint8Array): Buffer
  /** HMAC-SHA-256 (32 bytes) of a normalised value, under a key derived for this purpose alone. */
  blindIndex(purpose: string, text: string): Uint8Array<ArrayBuffer>
}

/** A new value for ENCRYPTION_KEYS: one key for fields and one for blind indexes. */
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
  const weak = [...keys.values()].some((key) => new Set(key).size < FEWEST_BYTE_VALUES)
  const distinct = new Set([...keys.values()].map((key) => key.toString('hex')))
  if (weak || distinct.size < keys.size) {
    throw new StartupError(
      'ENCRYPTION_KEYS must hold random keys, each another; `npm run secrets` prints such.',
    )
  }
  return keys
}

/** A key for one purpose alone: nothing that is made with it tells of the key it comes from. */
const deriveKey = (key: Uint8Array, purpose: string) =>
  Buffer.from(hkdfSync('sha256', key, '', `passbook:${purpose}`, 32))

/**
 * What a database keeps to know these keys again: an HMAC-SHA-256 of each id, under a key derived from the key for
 * this alone.
 *
 * @throws StartupError as {@link createFieldCrypto}
 */
export const createKeyChecks = (encryptionKeys: string): readonly KeyCheck[] =>
  [...parseKeys(encryptionKeys)].map(([id, key]) => ({
    id,
    value: createHmac('sha256', deriveKey(key, 'key-check')).update(id).digest(),
  }))

/** Random bytes are had in one go for many values: asking for each takes longer than encrypting it. */
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
 * @param encryptionKeys `id:base64,…`. The first key encrypts, the others still decrypt, so a key is
 *   replaced by putting a new one in front. The key named `index` is for blind indexes and must stay.
 * @throws StartupError when the list is malformed, has weak or equal keys, or lacks a field key or the index key
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
      // GCM turns so many bytes into so many, and has none left in the end.
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
