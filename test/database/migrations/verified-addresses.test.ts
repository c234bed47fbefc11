import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MIGRATIONS_DIR } from '../../../src/database/schema-engine.ts'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'

const MIGRATION = '20261127035500_verified_addresses'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  // As it was before.
  await database.query('ALTER TABLE users DROP COLUMN email_verified')
  await database.query('CREATE UNIQUE INDEX users_email_index_key ON users (email_index)')
})
afterAll(() => database.drop())

it('trusts the addresses that staff gave, and those of colleagues', async () => {
  const people = [
    ['customer', null, 'user', 'a@a.example', true],
    ['registered', 'asha', 'user', 'b@b.example', false],
    ['staff', 'bela', 'staff', 'c@c.example', true],
    ['admin', 'cato', 'admin', 'd@d.example', true],
    ['nameless', null, 'user', null, false],
    ['without address', 'dora', 'admin', null, false],
  ] as const
  for (const [name, username, role, email] of people) {
    await database.query(
      `INSERT INTO users (username, username_key, role, name, name_index, email, email_index)
       VALUES ($1, $1, $2::"Role", $3, '', $4, $4)`,
      [username, role, Buffer.from(name), email && Buffer.from(email)],
    )
  }
  await database.query(await readFile(join(MIGRATIONS_DIR, MIGRATION, 'migration.sql'), 'utf8'))
  const rows = await database.query<{ name: string; email_verified: boolean }>(
    `SELECT convert_from(name, 'UTF8') AS name, email_verified FROM users ORDER BY id`,
  )
  expect(rows.map(({ name, email_verified }) => [name, email_verified])).toEqual(
    people.map(([name, , , , verified]) => [name, verified]),
  )
  const add = (verified: boolean) =>
    database.query(
      `INSERT INTO users (name, name_index, email, email_index, email_verified)
       VALUES ('', '', '', 'a@a.example', $1)`,
      [verified],
    )
  await add(false)
  await expect(add(true)).rejects.toMatchObject({ code: '23505' })
})
