import { expect, it } from 'vitest'
import { decryptFullName, encryptFullName } from '../../src/features/transactions/full-names.ts'
import { createFieldCrypto } from '../../src/lib/crypto.ts'
import { addEncryptionKeys, createEncryptionKeys } from '../../src/lib/encryption-keys.ts'
import { hex } from '../../src/lib/hex.ts'

const NAME = 'Quexley Ardent'
const crypto = createFieldCrypto(addEncryptionKeys(createEncryptionKeys()).encryptionKeys)

it('encrypts a name once for each user', () => {
  const value = encryptFullName(crypto, 1n, NAME)
  expect(hex(encryptFullName(crypto, 1n, NAME))).toBe(hex(value))
  expect(hex(encryptFullName(crypto, 1n, `${NAME} II`))).not.toBe(hex(value))
  expect(hex(encryptFullName(crypto, 2n, NAME))).not.toBe(hex(value))
})

it('refuses the name of another user, also after it was read for its own', () => {
  const value = hex(encryptFullName(crypto, 1n, NAME))
  expect(() => decryptFullName(crypto, 2n, value)).toThrow()
  expect(decryptFullName(crypto, 1n, value)).toBe(NAME)
  expect(() => decryptFullName(crypto, 2n, value)).toThrow()
  expect(decryptFullName(crypto, 1n, value)).toBe(NAME)
})

it('refuses a name that was altered', () => {
  const value = encryptFullName(crypto, 3n, NAME)
  const altered = Uint8Array.from(value)
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1
  expect(decryptFullName(crypto, 3n, hex(value))).toBe(NAME)
  expect(() => decryptFullName(crypto, 3n, hex(altered))).toThrow()
})

it('encrypts a name again once the key changes, and reads the old one still', () => {
  crypto.use({ ...crypto.share().use, fieldKey: 'k1' })
  const old = encryptFullName(crypto, 4n, NAME)
  crypto.use({ ...crypto.share().use, fieldKey: 'k2' })
  const value = encryptFullName(crypto, 4n, NAME)
  expect(Buffer.from(value).toString('latin1', 1, 3)).toBe('k2')
  expect(hex(value)).not.toBe(hex(old))
  expect(decryptFullName(crypto, 4n, hex(old))).toBe(NAME)
  expect(decryptFullName(crypto, 4n, hex(value))).toBe(NAME)
})
