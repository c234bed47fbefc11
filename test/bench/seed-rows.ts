/** A process that makes the rows of invented people ready for COPY: the encryption is most of a seed's work. */
import { encryptUser } from '../../src/features/users/fields.ts'
import { caseless } from '../../src/lib/caseless.ts'
import { createFieldCrypto, type FieldCrypto } from '../../src/lib/crypto.ts'
import { type CopyValue, copyText } from './copy-in.ts'
import { createPerson, type Person } from './people.ts'

/** Which people to make: ids and numbers are the same. */
export interface SeedRange {
  readonly encryptionKeys: string
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
  const known = new Map<string, Uint8Array<ArrayBuffer>>()
  return {
    ...crypto,
    blindIndex(purpose, text) {
      const key = `${purpose} ${text}`
      const index = known.get(key) ?? crypto.blindIndex(purpose, text)
      if (known.size < REMEMBERED) known.set(key, index)
      return index
    },
  }
}

function userRow(crypto: FieldCrypto, id: bigint, person: Person): readonly CopyValue[] {
  const columns = encryptUser(crypto, id, person.name, { address: person.email, verified: true })
  const { name, email, emailVerified, nameIndex, emailIndex, searchIndex } = columns
  const { age, pincode, createdAt, updatedAt } = person
  const identity = [name, email, String(emailVerified), nameIndex, emailIndex, searchIndex]
  return [id, ...identity, age, pincode, createdAt, updatedAt]
}

const accountRows = (crypto: FieldCrypto, id: bigint, { banks, accountNumbers }: Person) =>
  accountNumbers.map((number, index): readonly CopyValue[] => {
    const address = { table: 'bank_accounts', column: 'account_number', userId: id }
    const bank = banks[index] ?? ''
    const blind = crypto.blindIndex('bank_accounts.account_number', number)
    return [id, bank, caseless(bank), crypto.encrypt(address, number), blind, String(index === 0)]
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
  crypto ??= rememberIndexes(createFieldCrypto(range.encryptionKeys))
  process.send?.(makeRows(range, crypto))
})
