import pg from 'pg'
import { encryptUser } from '../../src/features/users/users.fields.ts'
import { caseless } from '../../src/platform/caseless.ts'
import type { FieldCrypto } from '../../src/platform/crypto.ts'
import { type CopyValue, copyIn } from './copy-in.ts'
import { createPerson, type Person } from './people.ts'

const BATCH = 20_000
/** Words come again and again: most of their HMACs are remembered. */
const REMEMBERED = 500_000

const USERS =
  'users (id, name, email, name_index, email_index, search_index, age, pincode, created_at, updated_at)'
const EMPLOYMENTS = 'employments (user_id, company_name, company_key, is_current)'
const ACCOUNTS =
  'bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index, is_primary)'

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
  const columns = encryptUser(crypto, id, person.name, person.email)
  const { name, email, nameIndex, emailIndex, searchIndex } = columns
  const { age, pincode, createdAt, updatedAt } = person
  return [
    ...[id, name, email, nameIndex, emailIndex, searchIndex],
    ...[age, pincode, createdAt, updatedAt],
  ]
}

const accountRows = (crypto: FieldCrypto, id: bigint, { banks, accountNumbers }: Person) =>
  accountNumbers.map((number, index): readonly CopyValue[] => {
    const address = { table: 'bank_accounts', column: 'account_number', userId: id }
    const bank = banks[index] ?? ''
    const blind = crypto.blindIndex('bank_accounts.account_number', number)
    return [id, bank, caseless(bank), crypto.encrypt(address, number), blind, String(index === 0)]
  })

/**
 * Adds invented users, each with a current employment and one bank account or two, by COPY. An index that
 * is filled row by row would take most of the time: that of the search is made when all rows are there.
 *
 * @param progress told how many there are, from time to time
 */
export async function seedUsers(
  url: string,
  crypto: FieldCrypto,
  count: number,
  progress: (done: number) => void,
): Promise<void> {
  const remembering = rememberIndexes(crypto)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ last: string }>(
      'SELECT coalesce(max(id), 0) AS last FROM users',
    )
    const first = Number(rows[0]?.last) + 1
    await client.query(`SET maintenance_work_mem = '1GB'; SET synchronous_commit = off`)
    await client.query('DROP INDEX users_search_index_idx')
    for (let done = 0; done < count; done += BATCH) {
      const people = Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => ({
        id: BigInt(first + done + index),
        person: createPerson(first + done + index),
      }))
      await copyIn(
        client,
        USERS,
        people.map(({ id, person }) => userRow(remembering, id, person)),
      )
      await copyIn(
        client,
        EMPLOYMENTS,
        people.map(({ id, person }) => [id, person.company, caseless(person.company), 'true']),
      )
      await copyIn(
        client,
        ACCOUNTS,
        people.flatMap(({ id, person }) => accountRows(crypto, id, person)),
      )
      progress(done + people.length)
    }
    await client.query(`SELECT setval(pg_get_serial_sequence('users', 'id'), max(id)) FROM users`)
    await client.query('CREATE INDEX users_search_index_idx ON users USING GIN (search_index)')
    await client.query('VACUUM (ANALYZE) users, employments, bank_accounts')
  } finally {
    await client.end()
  }
}
