import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto'
import { StartupError } from '../errors.ts'
import { deriveKey, firstKeys, isIndexKey, parseKeys } from './encryption-keys.ts'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Where an encrypted value is stored. The address is authenticated, so a moved value does not
 * decrypt.
 */
export interface FieldAddress {
  readonly table: string
  readonly column: string
  readonly userId: number | bigint
}

/** Blind indexes are stored in one of two columns. While the key is replaced, both are filled. */
export type Slot = 1 | 2

/** Where the indexes that one key makes are stored. */
export interface SlotKey {
  readonly slot: Slot
  readonly keyId: string
}

/** Which keys a process uses, as the database says. */
export interface KeyUse {
  /** The key that encrypts. */
  readonly fieldKey: string
  /** By which column and key values are looked up. */
  readonly lookup: SlotKey
  /** The columns that writers fill; the others get no value. */
  readonly writes: readonly SlotKey[]
  /** Further index keys under which short-lived rows may be found. */
  readonly former: readonly string[]
}

/** A blind index, and in which column it is looked up. */
export interface LookUp {
  readonly slot: Slot
  readonly index: Uint8Array<ArrayBuffer>
}

/** A value for each of the two columns of a blind index; undefined where none is stored. */
export type Slots<T> = readonly [T | undefined, T | undefined]

/** What a thread needs to encrypt like this one. Keys pass between threads as handles, not as text. */
export interface CryptoShare {
  readonly keys: ReadonlyMap<string, KeyObject>
  readonly use: KeyUse
}

/** Encrypts single fields, and makes the blind indexes by which they can be looked up. */
export interface FieldCrypto {
  /**
   * Encrypts with AES-256-GCM under the current key. Layout: length of the key id (1 byte), key id,
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
  /** The blind index by which a value is looked up now, and its column. */
  lookUp(purpose: string, text: string): LookUp
  /** The blind indexes to store with a value. */
  blindIndexes(purpose: string, text: string): Slots<Uint8Array<ArrayBuffer>>
  /**
   * Blind indexes under every key in use: that of {@link blindIndex} first. For short-lived rows, which are found by
   * any of them.
   */
  everyIndex(purpose: string, text: string): readonly Uint8Array<ArrayBuffer>[]
  /** Names what {@link blindIndexes} depends on besides its arguments. */
  indexVersion(): string
  /** For {@link shareFieldCrypto} in another thread. */
  share(): CryptoShare
  /** Changes which keys are used. @throws Error for a key that is not in ENCRYPTION_KEYS */
  use(keys: KeyUse): void
  /** The ids of all keys, in the order of ENCRYPTION_KEYS. */
  readonly keyIds: readonly string[]
}

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
 * @param encryptionKeys `id:base64,…`. Until {@link FieldCrypto.use} says otherwise, the first key encrypts and the one
 *   named `index` makes blind indexes; all others decrypt.
 * @throws StartupError if the list is malformed, has weak or duplicate keys, or lacks a field key
 *   or an index key
 */
export function createFieldCrypto(encryptionKeys: string): FieldCrypto {
  const keys = parseKeys(encryptionKeys)
  const { fieldKey, indexKey } = firstKeys([...keys.keys()])
  if (indexKey === undefined || fieldKey === undefined) {
    throw new StartupError(
      'ENCRYPTION_KEYS needs a key for fields and one named `index`; `npm run secrets` prints both.',
    )
  }
  const lookup: SlotKey = { slot: 1, keyId: indexKey }
  return shareFieldCrypto({
    keys: new Map([...keys].map(([id, key]) => [id, createSecretKey(key)])),
    use: { fieldKey, lookup, writes: [lookup], former: [] },
  })
}

/** Creates the encryption that another thread shares. */
export function shareFieldCrypto({ keys, use }: CryptoShare): FieldCrypto {
  const keyOf = (id: string): KeyObject => {
    const key = keys.get(id)
    if (key === undefined) throw new Error(`The key ${id} is not in ENCRYPTION_KEYS`)
    return key
  }
  const nextIv = createIvs()
  const index = createIndex(keyOf)
  let inUse = use
  let current = createEncryptor(use.fieldKey, keyOf(use.fieldKey))

  const self: FieldCrypto = {
    keyIds: [...keys.keys()],

    share: () => ({ keys, use: inUse }),

    use(next) {
      for (const { keyId } of [next.lookup, ...next.writes]) keyOf(keyId)
      current = createEncryptor(next.fieldKey, keyOf(next.fieldKey))
      inUse = { ...next, former: next.former.filter((former) => keys.has(former)) }
    },

    encrypt: (address, text) => self.encryptBytes(address, Buffer.from(text)),

    decrypt: (address, value) => self.decryptBytes(address, value).toString(),

    encryptBytes(address, bytes) {
      const { header, key } = current
      const value = new Uint8Array(header.length + IV_BYTES + bytes.length + TAG_BYTES)
      const iv = nextIv()
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(associatedData(address))
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
      const id = bytes.toString('utf8', 1, idEnd)
      const key = isIndexKey(id) ? undefined : keys.get(id)
      if (key === undefined || bytes.length < idEnd + IV_BYTES + TAG_BYTES) {
        throw new Error(
          `A value of ${address.table}.${address.column} has no key in ENCRYPTION_KEYS`,
        )
      }
      const body = bytes.subarray(idEnd + IV_BYTES, -TAG_BYTES)
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(idEnd, idEnd + IV_BYTES))
        .setAAD(associatedData(address))
        .setAuthTag(bytes.subarray(-TAG_BYTES))
      // GCM output is as long as its input, so `final` returns nothing, and throws for a wrong tag.
      const plain = decipher.update(body)
      decipher.final()
      return plain
    },

    blindIndex: (purpose, text) => index(inUse.lookup.keyId, purpose, text),

    lookUp: (purpose, text) => ({
      slot: inUse.lookup.slot,
      index: index(inUse.lookup.keyId, purpose, text),
    }),

    blindIndexes(purpose, text) {
      const of = (wanted: Slot) => {
        const write = inUse.writes.find(({ slot }) => slot === wanted)
        return write && index(write.keyId, purpose, text)
      }
      return [of(1), of(2)]
    },

    everyIndex(purpose, text) {
      const { lookup, writes, former } = inUse
      const ids = new Set([lookup.keyId, ...writes.map(({ keyId }) => keyId), ...former])
      return [...ids].map((id) => index(id, purpose, text))
    },

    indexVersion: () => inUse.writes.map(({ slot, keyId }) => `${slot}:${keyId}`).join(),
  }
  return self
}

/** A key that encrypts, and how its values begin. */
const createEncryptor = (id: string, key: KeyObject) => ({
  header: Buffer.from([id.length, ...Buffer.from(id)]),
  key,
})

/** Makes blind indexes. Keys are derived once for each purpose. */
function createIndex(keyOf: (id: string) => KeyObject) {
  const derived = new Map<string, KeyObject>()
  return (keyId: string, purpose: string, text: string): Uint8Array<ArrayBuffer> => {
    const name = `${keyId} ${purpose}`
    let key = derived.get(name)
    if (key === undefined) {
      key = createSecretKey(deriveKey(keyOf(keyId), purpose))
      derived.set(name, key)
    }
    return new Uint8Array(createHmac('sha256', key).update(text).digest())
  }
}
