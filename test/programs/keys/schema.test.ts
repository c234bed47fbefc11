import { afterAll, beforeAll, expect, it } from 'vitest'
import { ENCRYPTED_COLUMNS, OTHER_BYTES } from '../../../src/programs/keys/encrypted-columns.ts'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

it('knows of every column of bytes whether a rotation has to encrypt it anew', async () => {
  const columns = await database.query<{ place: string }>(
    `SELECT table_name || '.' || column_name AS place FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'bytea'`,
  )
  const known = [
    ...ENCRYPTED_COLUMNS.map(({ table, column }) => `${table}.${column}`),
    ...Object.keys(OTHER_BYTES),
  ]
  expect(known.sort()).toEqual(columns.map(({ place }) => place).sort())
})

it('knows the primary key of every encrypted column', async () => {
  for (const { table, key } of ENCRYPTED_COLUMNS) {
    const columns = await database.query<{ name: string }>(
      `SELECT attname AS name FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
       WHERE indrelid = $1::regclass AND indisprimary`,
      [table],
    )
    expect(Object.keys(key).sort()).toEqual(columns.map(({ name }) => name).sort())
  }
})
