import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StartupError } from '../../src/errors.ts'
import { createFieldCrypto } from '../../src/lib/crypto.ts'
import { createEncryptionKeys, createKeyChecks } from '../../src/lib/encryption-keys.ts'

const key = () => randomBytes(32).toString('base64')
const KEYS = createEncryptionKeys()
const crypto = createFieldCrypto(KEYS)
const PLACE = { table: 'users', column: 'name', userId: 7 }

describe('encrypt and decrypt', () => {
  it('gives back what went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.maxSafeNat(), (text, userId) => {
        const place = { ...PLACE, userId }
        expect(crypto.decrypt(place, crypto.encrypt(place, text))).toBe(text)
        expect(
          crypto.decrypt({ ...place, userId: BigInt(userId) }, crypto.encrypt(place, text)),
        ).toBe(text)
      }),
    )
  })

  it('makes another value each time, which shows nothing of the text', () => {
    const values = Array.from({ length: 50 }, () => crypto.encrypt(PLACE, 'a visible name'))
    expect(new Set(values.map((value) => Buffer.from(value).toString('hex'))).size).toBe(50)
    for (const value of values) expect(Buffer.from(value).toString('latin1')).not.toMatch(/visible/)
  })

  it('says in front which key it was made with', () => {
    const value = Buffer.from(crypto.encrypt(PLACE, ''))
    expect(value.subarray(0, 3)).toEqual(Buffer.from([2, ...Buffer.from('k1')]))
    expect(value).toHaveLength(3 + 12 + 16)
  })

  it.each([
    { ...PLACE, table: 'transactions' },
    { ...PLACE, column: 'email' },
    { ...PLACE, userId: 8 },
  ])('does not decrypt a value at %j that was made for another place', (elsewhere) => {
    const value = crypto.encrypt(PLACE, 'somebody')
    expect(() => crypto.decrypt(elsewhere, value)).toThrow()
  })

  it('decrypts no value of which any one bit was changed, nor a shorter or longer one', () => {
    const value = crypto.encrypt(PLACE, 'somebody')
    for (let bit = 0; bit < value.length * 8; bit += 1) {
      const changed = new Uint8Array(value)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => crypto.decrypt(PLACE, changed)).toThrow()
    }
    for (let length = 0; length < value.length; length += 1) {
      expect(() => crypto.decrypt(PLACE, value.subarray(0, length))).toThrow()
    }
    expect(() => crypto.decrypt(PLACE, new Uint8Array([...value, 0]))).toThrow()
  })

  it('reads with a new key in front what the old one wrote, and writes with the new one', () => {
    const rotated = createFieldCrypto(`k2:${key()},${KEYS}`)
    expect(rotated.decrypt(PLACE, crypto.encrypt(PLACE, 'written before'))).toBe('written before')
    const later = rotated.encrypt(PLACE, 'written after')
    expect(Buffer.from(later).toString('latin1', 1, 3)).toBe('k2')
    expect(() => crypto.decrypt(PLACE, later)).toThrow('users.name has no key')
  })

  it('does not decrypt with another key of the same name', () => {
    const other = createFieldCrypto(createEncryptionKeys())
    expect(() => other.decrypt(PLACE, crypto.encrypt(PLACE, 'somebody'))).toThrow()
  })

  it('never encrypts fields with the key for blind indexes, wherever it stands in the list', () => {
    const [field = '', index = ''] = KEYS.split(',')
    const value = createFieldCrypto(`${index},${field}`).encrypt(PLACE, 'somebody')
    expect(crypto.decrypt(PLACE, value)).toBe('somebody')
  })
})

describe('blindIndex', () => {
  const index = (purpose: string, text: string, by = crypto) =>
    Buffer.from(by.blindIndex(purpose, text)).toString('hex')

  it('is the same for the same text, and 32 bytes long', () => {
    expect(index('users.email', 'a@b.example')).toBe(index('users.email', 'a@b.example'))
    expect(index('users.email', 'a@b.example')).toHaveLength(64)
  })

  it('differs by text, purpose and key', () => {
    const values = [
      index('users.email', 'a'),
      index('users.email', 'b'),
      index('users.name', 'a'),
      index('users.email', 'a', createFieldCrypto(createEncryptionKeys())),
    ]
    expect(new Set(values).size).toBe(values.length)
  })

  it('stays the same when the key for fields is replaced', () => {
    const rotated = createFieldCrypto(`k2:${key()},${KEYS}`)
    expect(index('users.email', 'a', rotated)).toBe(index('users.email', 'a'))
  })
})

describe('ENCRYPTION_KEYS', () => {
  const same = key()
  it.each([
    ['nothing', ''],
    ['no list', 'secret'],
    ['a key alone', `k1:${key()}`],
    ['the index key alone', `index:${key()}`],
    ['a name twice', `k1:${key()},k1:${key()},index:${key()}`],
    ['a short key', `k1:${randomBytes(31).toString('base64')},index:${key()}`],
    ['a long key', `k1:${randomBytes(33).toString('base64')},index:${key()}`],
    ['no base64', `k1:${'*'.repeat(43)}=,index:${key()}`],
    ['an empty entry', `${KEYS},`],
    ['no name', `:${key()},index:${key()}`],
    ['a key of zeros', `k1:${Buffer.alloc(32).toString('base64')},index:${key()}`],
    ['an index key of one letter', `k1:${key()},index:${Buffer.alloc(32, 'a').toString('base64')}`],
    ['one key for both', `k1:${same},index:${same}`],
  ])('may not be %s, and is not quoted in the error', (_, keys) => {
    const refused = () => createFieldCrypto(keys)
    expect(refused).toThrow(StartupError)
    expect(refused).toThrow(/^ENCRYPTION_KEYS .*npm run secrets/)
    for (const secret of keys.split(',').flatMap((entry) => entry.split(':').slice(1))) {
      if (secret !== '') expect(refused).not.toThrow(secret)
    }
  })

  it('may have blanks around its entries', () => {
    const spaced = createFieldCrypto(` ${KEYS.replace(',', ' , ')} `)
    expect(spaced.decrypt(PLACE, crypto.encrypt(PLACE, 'somebody'))).toBe('somebody')
  })
})

describe('check values', () => {
  const [one, index] = [key(), key()]
  const checksOf = (keys: string) =>
    createKeyChecks(keys).map(({ id, value }) => `${id} ${Buffer.from(value).toString('hex')}`)

  it('are the same for the same key under the same id, whatever stands beside it', () => {
    const [first] = checksOf(`k1:${one},index:${index}`)
    expect(first).toMatch(/^k1 [0-9a-f]{64}$/)
    expect(checksOf(`index:${index},k0:${key()},k1:${one}`)).toContain(first)
  })

  it('are others for another key, and for another id', () => {
    const values = [`k1:${one}`, `k2:${one}`, `k1:${key()}`].map((keys) => checksOf(keys)[0])
    expect(new Set(values.map((value) => value?.split(' ')[1])).size).toBe(3)
  })

  it('are neither the key nor a blind index', () => {
    const keys = `k1:${one},index:${index}`
    const made = checksOf(keys).join()
    const { blindIndex } = createFieldCrypto(keys)
    for (const bytes of [
      Buffer.from(one, 'base64'),
      Buffer.from(index, 'base64'),
      blindIndex('key-check', 'k1'),
    ]) {
      expect(made).not.toContain(Buffer.from(bytes).toString('hex'))
    }
  })
})
