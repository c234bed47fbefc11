import { createCipheriv, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { encryptFullName } from '../../../src/features/transactions/full-names.ts'
import { createFieldCrypto } from '../../../src/lib/crypto.ts'
import { seededRandom } from '../../setup/load.ts'
import { type CopyValue, copyIn, copyText } from '../copy-in.ts'
import { seedUsers } from '../seed-users.ts'
import { createTransactions, nameOf } from './transactions.ts'
import { ALL_USERS, READ_USERS } from './works.ts'

const PER_USER = 100
const USERS_AT_ONCE = 200
const SEED = 7
const SCHEMA = new URL('../peers/schema.sql', import.meta.url)

const TRANSACTIONS =
  'transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type'

type EncryptName = (user: number) => Uint8Array

/** The same 100 transactions of each user who is read, for all targets. */
async function copyTransactions(
  client: pg.Client,
  target: string,
  more: readonly CopyValue[],
  encrypt: EncryptName,
): Promise<void> {
  const random = seededRandom(SEED)
  for (let first = 1; first <= READ_USERS; first += USERS_AT_ONCE) {
    const rows = Array.from({ length: USERS_AT_ONCE }, (_, index) => {
      const user = first + index
      const name = encrypt(user)
      return createTransactions(random, { first: user, count: 1 }, PER_USER).map(
        (each): readonly CopyValue[] => [
          user,
          name,
          each.transaction_date,
          each.transaction_amount,
          each.transaction_type,
          ...more,
        ],
      )
    })
    await copyIn(client, target, copyText(rows.flat()))
  }
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await work(client).finally(() => client.end())
}

/** Fills Passbook's database, before its first process starts. Users have the numbers from 1. */
export async function seedPassbook(url: string, encryptionKeys: string): Promise<void> {
  await seedUsers(url, encryptionKeys, ALL_USERS, () => undefined)
  const crypto = createFieldCrypto(encryptionKeys)
  await withClient(url, async (client) => {
    await copyTransactions(client, `${TRANSACTIONS}, currency)`, ['USD'], (user) =>
      encryptFullName(crypto, BigInt(user), nameOf(user)),
    )
    await client.query('VACUUM ANALYZE')
  })
}

/** Encrypts as the peers do: the IV, what the name became, and the tag. */
function encryptForPeers(key: Buffer): EncryptName {
  return (user) => {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    const value = [iv, cipher.update(nameOf(user), 'utf8'), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat(value)
  }
}

/** Fills the database of all peers. */
export async function seedPeers(url: string, nameKey: Buffer): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(await readFile(SCHEMA, 'utf8'))
    await client.query(
      `INSERT INTO users (name, email, age)
       SELECT 'User ' || id || ' Sample', 'user' || id || '@example.com', 18 + id % 60
       FROM generate_series(1, $1::int) AS id`,
      [ALL_USERS],
    )
    await copyTransactions(client, `${TRANSACTIONS})`, [], encryptForPeers(nameKey))
    await client.query('VACUUM ANALYZE')
  })
}
