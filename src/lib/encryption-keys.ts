import { createHmac, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { StartupError } from '../errors.ts'

const FIRST_INDEX_KEY_ID = 'index'
/** Keys of these names make blind indexes; all others encrypt. */
const INDEX_KEY_ID = /^index\d*$/
/** 32 random bytes contain about 30 distinct values. */
const MIN_BYTE_VALUES = 16

/** What the database stores of a key: enough to recognise the key, not to recover it. */
export interface KeyCheck {
  readonly id: string
  readonly value: Uint8Array
}

/** Whether a key is one for blind indexes. */
export const isIndexKey = (keyId: string): boolean => INDEX_KEY_ID.test(keyId)

/** The keys that a database without any uses: the first for fields, and the one named `index`. */
export function firstKeys(keyIds: readonly string[]) {
  const indexKeys = keyIds.filter(isIndexKey)
  return {
    fieldKey: keyIds.find((id) => !isIndexKey(id)),
    indexKey: indexKeys.includes(FIRST_INDEX_KEY_ID) ? FIRST_INDEX_KEY_ID : indexKeys[0],
  }
}

/** Generates one more key of each kind, in front of the given ones. */
export function addEncryptionKeys(encryptionKeys: string): {
  readonly encryptionKeys: string
  readonly added: readonly [string, string]
} {
  const numbers = [...parseKeys(encryptionKeys).keys()].map((id) =>
    Number(/\d+$/.exec(id)?.[0] ?? 1),
  )
  const next = Math.max(...numbers) + 1
  const added = [`k${next}`, `${FIRST_INDEX_KEY_ID}${next}`] as const
  const entries = added.map((id) => `${id}:${randomBytes(32).toString('base64')}`)
  return { encryptionKeys: [...entries, encryptionKeys].join(','), added }
}

/** Generates a value for ENCRYPTION_KEYS: one key for fields and one for blind indexes. */
export const createEncryptionKeys = (): string =>
  `k1:${randomBytes(32).toString('base64')},${FIRST_INDEX_KEY_ID}:${randomBytes(32).toString('base64')}`

/**
 * The keys of ENCRYPTION_KEYS by their ids, in their order.
 *
 * @throws StartupError if the list is malformed, or has weak or duplicate keys
 */
export function parseKeys(encryptionKeys: string): Map<string, Buffer> {
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
export const deriveKey = (key: Uint8Array | KeyObject, purpose: string) =>
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
