/** A process that makes the rows of invented people ready for COPY: the encryption is most of a seed's work. */
import { encryptUser } from '../../src/features/users/fields.ts'
import { caseless } from '../../src/lib/caseless.ts'
import {
  createFieldCrypto,
  type FieldCrypto,
  type KeyUse,
  type Slots,
} from '../../src/lib/crypto.ts'
import { type CopyValue, copyText } from './copy-in.ts'
import { createPerson, type Person } from './people.ts'

/** Which people to make: ids and numbers are the same. */
export interface SeedRange {
  readonly encryptionKeys: string
  /** The keys that the database says are in use; undefined where none is yet. */
  readonly keys: KeyUse | undefined
  readonly first: number
  readonly count: number
}

/** Their rows as COPY takes them, by table. */
export interface SeedRows {
  readonly users: Uint8Array
  readonly employments: Uint8Array
  readonly accounts: Uint8Array
}

/** Words come again and again: most of their HMACs are remembered. */
const REMEMBERED = 200_000

function rememberIndexes(crypto: FieldCrypto): FieldCrypto {
  const known = new Map<string, Slots<Uint8Array<ArrayBuffer>>>()
  return {
    ...crypto,
    blindIndexes(purpose, text) {
      const key = `${purpose} ${text}`
      const indexes = known.get(key) ?? crypto.blindIndexes(purpose, text)
      if (known.size < REMEMBERED) known.set(key, indexes)
      return indexes
    },
  }
}

function userRow(crypto: FieldCrypto, id: bigint, person: Person): readonly CopyValue[] {
  const columns = encryptUser(crypto, id, person.name, { address: person.email, verified: true })
  const { age, pincode, createdAt, updatedAt } = person
  return [
    id,
    columns.name,
    columns.email,
    String(columns.emailVerified),
    columns.nameIndex,
    columns.nameIndex2,
    columns.emailIndex,
    columns.emailIndex2,
    columns.searchIndex,
    columns.searchIndex2,
    age,
    pincode,
    createdAt,
    updatedAt,
  ]
}

const accountRows = (crypto: FieldCrypto, id: bigint, { banks, accountNumbers }: Person) =>
  accountNumbers.map((number, index): readonly CopyValue[] => {
    const address = { table: 'bank_accounts', column: 'account_number', userId: id }
    const bank = banks[index] ?? ''
    const [first, second] = crypto.blindIndexes('bank_accounts.account_number', number)
    const value = crypto.encrypt(address, number)
    const isPrimary = String(index === 0)
    return [id, bank, caseless(bank), value, first ?? null, second ?? null, isPrimary]
  })

function makeRows({ first, count }: SeedRange, crypto: FieldCrypto): SeedRows {
  const people = Array.from({ length: count }, (_, index) => ({
    id: BigInt(first + index),
    person: createPerson(first + index),
  }))
  return {
    users: copyText(people.map(({ id, person }) => userRow(crypto, id, person))),
    employments: copyText(
      people.map(({ id, person: { company } }) => [id, company, caseless(company), 'true']),
    ),
    accounts: copyText(people.flatMap(({ id, person }) => accountRows(crypto, id, person))),
  }
}

let crypto: FieldCrypto | undefined
process.on('message', (range: SeedRange) => {
  if (crypto === undefined) {
    const plain = createFieldCrypto(range.encryptionKeys)
    if (range.keys) plain.use(range.keys)
    crypto = rememberIndexes(plain)
  }
  process.send?.(makeRows(range, crypto))
})
