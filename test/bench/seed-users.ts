import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type KeyUseRow, keyUseOf } from '../../src/database/key-use.ts'
import { copyIn } from './copy-in.ts'
import type { SeedRange, SeedRows } from './seed-rows.ts'

const BATCH = 20_000
const PROCESSES = 2

const USERS = `users (id, name, email, email_verified, name_index, name_index_2, email_index, email_index_2,
  search_index, search_index_2, age, pincode, created_at, updated_at)`
const EMPLOYMENTS = 'employments (user_id, company_name, company_key, is_current)'
const ACCOUNTS = `bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index,
  account_number_index_2, is_primary)`

const TABLES = ['users', 'employments', 'bank_accounts']

/**
 * Drops the tables' indexes but for the primary keys, and their foreign keys, which would be looked up row
 * by row.
 *
 * @returns how to make them again
 */
async function dropIndexesAndKeys(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ drop: string; make: string }>(
    `SELECT format('DROP INDEX %I', indexname) AS drop, indexdef AS make
     FROM pg_indexes
     WHERE schemaname = current_schema AND tablename = ANY($1) AND indexname NOT LIKE '%_pkey'
     UNION ALL
     SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
     FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::regclass[])`,
    [TABLES],
  )
  for (const { drop } of rows) await client.query(drop)
  return rows.map(({ make }) => make)
}

/** Adds people: processes make batches ready while the server stores those before, in their order. */
async function copyPeople(
  client: pg.Client,
  encryptionKeys: string,
  first: number,
  count: number,
  progress: (done: number) => void,
): Promise<void> {
  const { rows } = await client.query<KeyUseRow>('SELECT * FROM key_use')
  const keys = rows[0] && keyUseOf(rows[0])
  const path = fileURLToPath(new URL('./seed-rows.ts', import.meta.url))
  const makers = Array.from({ length: PROCESSES }, () => fork(path, { serialization: 'advanced' }))
  const make = async (batch: number): Promise<SeedRows | undefined> => {
    const maker = makers[batch % PROCESSES]
    const size = Math.min(BATCH, count - batch * BATCH)
    if (maker === undefined || size <= 0) return undefined
    const range: SeedRange = { encryptionKeys, keys, first: first + batch * BATCH, count: size }
    maker.send(range)
    const [made] = await once(maker, 'message')
    return made
  }
  const made = makers.map((_, batch) => make(batch))
  for (let batch = 0; ; batch += 1) {
    const rows = await made[batch % PROCESSES]
    if (rows === undefined) break
    made[batch % PROCESSES] = make(batch + PROCESSES)
    await copyIn(client, USERS, rows.users)
    await copyIn(client, EMPLOYMENTS, rows.employments)
    await copyIn(client, ACCOUNTS, rows.accounts)
    progress(Math.min(count, (batch + 1) * BATCH))
  }
  for (const maker of makers) maker.disconnect()
}

/**
 * Adds invented users, each with a current employment and one bank account or two, by COPY. Filling
 * indexes and looking keys up row by row would take most of the time: they are made when all rows are there.
 *
 * @param progress told how many there are, from time to time
 */
export async function seedUsers(
  url: string,
  encryptionKeys: string,
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
    const dropped = await dropIndexesAndKeys(client)
    await copyPeople(client, encryptionKeys, Number(rows[0]?.last) + 1, count, progress)
    await client.query(`SELECT setval(pg_get_serial_sequence('users', 'id'), max(id)) FROM users`)
    for (const make of dropped) await client.query(make)
    await client.query('VACUUM (ANALYZE) users, employments, bank_accounts')
  } finally {
    await client.end()
  }
}
