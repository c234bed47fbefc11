import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { API_KEY_PREFIX } from '../../http/auth.ts'

const SECRET_BYTES = 32
const FORM = new RegExp(`^${API_KEY_PREFIX}([\\w-]{43})([\\w-]{6})$`)

/**
 * Lets secret scanners, and {@link isKey} before any query, tell a key from a text that looks like
 * one.
 */
function checksum(secret: string): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(secret))
  return bytes.toString('base64url')
}

/** A new API key: `pb_`, 32 random bytes and their checksum, in base64url. */
export function createKey(): string {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return `${API_KEY_PREFIX}${secret}${checksum(secret)}`
}

/** Whether a text is well-formed as a key and its checksum fits. */
export function isKey(text: string): boolean {
  const [, secret, sum] = FORM.exec(text) ?? []
  return secret !== undefined && checksum(secret) === sum
}

/** The SHA-256 that is stored of a key. A key is long and random, so no slow hash is needed. */
export const hashKey = (key: string) => new Uint8Array(createHash('sha256').update(key).digest())
