import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createPrepareUsers,
  type PrepareUsers,
} from '../../../src/features/imports/kinds/users/prepare-users.ts'
import { searchTokens } from '../../../src/features/users/blind-search.ts'
import { emailLookUp } from '../../../src/features/users/fields.ts'
import { createFieldCrypto, type FieldCrypto, type SlotKey } from '../../../src/lib/crypto.ts'
import {
  addEncryptionKeys,
  createEncryptionKeys,
  isIndexKey,
} from '../../../src/lib/encryption-keys.ts'

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

/** A token as COPY has it. */
function bytesOf(token: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(token)
  return bytes
}

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

  it('makes indexes by the keys in use, whichever it made those before by', async () => {
    const { use } = crypto.share()
    const [next] = crypto.keyIds.filter((id) => isIndexKey(id) && id !== use.lookup.keyId)
    const second: SlotKey = { slot: 2, keyId: next as string }
    await preparing.prepare(users(100))
    for (const lookup of [use.lookup, second]) {
      crypto.use({ ...use, lookup, writes: [use.lookup, second] })
      const { slot, emailKeys, user } = await preparing.prepare(users(100))
      const bytes = Buffer.from(user.bytes)
      const given = users(100).users.map((one) => one.user)
      const tokens = given.flatMap(({ name, email }) => searchTokens(crypto, name, email).flat())
      expect(tokens.filter((token) => !bytes.includes(bytesOf(token)))).toEqual([])
      expect({ slot, emailKeys }).toEqual({
        slot: lookup.slot,
        emailKeys: given.map(({ email }) =>
          Buffer.from(emailLookUp(crypto, email).index).toString('hex'),
        ),
      })
    }
  })
})
