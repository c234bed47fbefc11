import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
const key = Buffer.from(process.env['NAME_KEY'] as string, 'base64')

/** Encrypts a name: the IV, what it became, and the tag. */
export function encrypt(name: string): Uint8Array<ArrayBuffer> {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv)
  return Buffer.concat([iv, cipher.update(name, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** What {@link encrypt} encrypted. */
export function decrypt(value: Uint8Array): string {
  const decipher = createDecipheriv(ALGORITHM, key, value.subarray(0, IV_BYTES))
  decipher.setAuthTag(value.subarray(-TAG_BYTES))
  return (
    decipher.update(value.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') +
    decipher.final('utf8')
  )
}
