import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** 29 bytes for AES-GCM at least, 32 for a HMAC. */
const VALUE = `decode(repeat('ab', 40), 'hex')`
const TABLES = [
  {
    table: 'users',
    index: 'name_index',
    columns: 'name, search_index, search_index_2',
    values: `${VALUE}, '{}'::bigint[], '{}'::bigint[]`,
  },
  {
    table: 'bank_accounts',
    index: 'account_number_index',
    columns: 'user_id, bank_name, bank_key, account_number, is_primary',
    values: `(SELECT min(id) FROM users), 'Bank', 'bank', ${VALUE}, false`,
  },
]

/** An index of 32 bytes for each row but one. */
const indexBut = (lacking: number, salt: string) =>
  `CASE WHEN row <> ${lacking} THEN sha256(decode('${salt}0' || row, 'hex')) END`

describe.each(TABLES)('the index of $table by which rows are looked up', (one) => {
  /** Three rows, of which one lacks an index. All have the other one. */
  const insert = (required: string, other: string, lacking: number, salt: string) =>
    database.query(
      `INSERT INTO ${one.table} (${one.columns}, ${required}, ${other})
       SELECT ${one.values}, ${indexBut(lacking, salt)}, ${indexBut(0, salt)}
       FROM generate_series(1, 3) AS row`,
    )
  const [first, second] = [one.index, `${one.index}_2`]

  it('is required of each row of an insert, the other one is not', async () => {
    await expect(insert(first, second, 2, '01')).rejects.toThrow('keys in use')
    await insert(second, first, 2, '02')
  })

  it('is the other one after a switch', async () => {
    await database.query(`UPDATE key_use SET phase = 'switched', next_index_key = 'index-2'`)
    await expect(insert(second, first, 2, '03')).rejects.toThrow('keys in use')
    await insert(first, second, 2, '04')
    await database.query(`UPDATE key_use SET phase = 'settled', next_index_key = NULL`)
  })
})
