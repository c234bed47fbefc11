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

const TABLES = ['users', 'employments', 'bank_accounts']

/** Drops the tables' indexes but for the primary keys. @returns how to make them again */
async function dropIndexes(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE schemaname = current_schema AND tablename = ANY($1) AND indexname NOT LIKE '%_pkey'`,
    [TABLES],
  )
  for (const { name } of rows) await client.query(`DROP INDEX ${pg.escapeIdentifier(name)}`)
  return rows.map(({ definition }) => definition)
}

/** Adds people, of whom a batch is made ready while the server stores the one before. */
async function copyPeople(
  client: pg.Client,
  crypto: FieldCrypto,
  first: number,
  count: number,
  progress: (done: number) => void,
): Promise<void> {
  const remembering = rememberIndexes(crypto)
  let stored: Promise<void> = Promise.resolve()
  for (let done = 0; done < count; done += BATCH) {
    const people = Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => {
      const number = first + done + index
      return { id: BigInt(number), person: createPerson(number) }
    })
    const users = people.map(({ id, person }) => userRow(remembering, id, person))
    const accounts = people.flatMap(({ id, person }) => accountRows(crypto, id, person))
    const employments = people.map(({ id, person: { company } }): readonly CopyValue[] => [
      id,
      company,
      caseless(company),
      'true',
    ])
    await stored
    stored = (async () => {
      await copyIn(client, USERS, users)
      await copyIn(client, EMPLOYMENTS, employments)
      await copyIn(client, ACCOUNTS, accounts)
      progress(done + people.length)
    })()
  }
  await stored
}

/**
 * Adds invented users, each with a current employment and one bank account or two, by COPY. Filling
 * indexes row by row would take most of the time: they are made when all rows are there.
 *
 * @param progress told how many there are, from time to time
 */
export async function seedUsers(
  url: string,
  crypto: FieldCrypto,
  count: number,
  progress: (done: number) => void,
): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ last: string }>(
      'SELECT coalesce(max(id), 0) AS last FROM users',
    )
    await client.query(`SET maintenance_work_mem = '1GB'; SET synchronous_commit = off`)
    const indexes = await dropIndexes(client)
    await copyPeople(client, crypto, Number(rows[0]?.last) + 1, count, progress)
    await client.query(`SELECT setval(pg_get_serial_sequence('users', 'id'), max(id)) FROM users`)
    for (const definition of indexes) await client.query(definition)
    await client.query('VACUUM (ANALYZE) users, employments, bank_accounts')
  } finally {
    await client.end()
  }
}
