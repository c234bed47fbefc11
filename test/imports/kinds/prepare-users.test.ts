import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createPrepareUsers,
  type PrepareUsers,
} from '../../../src/features/imports/kinds/users/prepare-users.ts'
import { createFieldCrypto, type FieldCrypto } from '../../../src/lib/crypto.ts'
import { addEncryptionKeys, createEncryptionKeys } from '../../../src/lib/encryption-keys.ts'

/** Threads encrypt users after as many. */
const WITHOUT_THREADS = 10_000

let crypto: FieldCrypto
let preparing: PrepareUsers

const users = (count: number) => ({
  ids: BigInt64Array.from({ length: count }, (_, index) => BigInt(index + 1)),
  users: Array.from({ length: count }, (_, index) => ({
    user: { name: `Vistor ${index}`, email: `vistor.${index}@keys.example` },
    employment: undefined,
    account: undefined,
  })),
})

/** How each encrypted value begins: the length of the key's id, and the id. */
const begins = (keyId: string) => Buffer.from([keyId.length, ...Buffer.from(keyId)])

beforeAll(async () => {
  const { encryptionKeys } = addEncryptionKeys(createEncryptionKeys())
  crypto = createFieldCrypto(encryptionKeys)
  crypto.use({ ...crypto.share().use, fieldKey: 'k1' })
  preparing = createPrepareUsers(crypto)
  await preparing.prepare(users(WITHOUT_THREADS))
})
afterAll(() => preparing.close())

describe('encrypting users in threads', () => {
  it('encrypts again what was under way when the key changed', async () => {
    const before = await preparing.prepare(users(100))
    expect(Buffer.from(before.user.bytes).includes(begins('k1'))).toBe(true)
    const underWay = preparing.prepare(users(100))
    crypto.use({ ...crypto.share().use, fieldKey: 'k2' })
    const bytes = Buffer.from((await underWay).user.bytes)
    expect(bytes.includes(begins('k2'))).toBe(true)
    expect(bytes.includes(begins('k1'))).toBe(false)
  })
})
