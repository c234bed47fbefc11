import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MIGRATIONS_DIR } from '../../../src/database/schema-engine.ts'
import { insertBookings } from '../../alerts/alerts.ts'
import { createTestDatabase, type TestDatabase } from '../../setup/database.ts'
import { readLedger, readStatistics } from '../../setup/ledger.ts'
import { insertUser } from '../../setup/rows.ts'

const MIGRATION = '20261128050000_alerts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** Takes the tables back to before the migration, with what they hold. */
const takeBack = () =>
  database.query(
    `DROP TABLE alerts;
     DELETE FROM outbox WHERE type = 'transactions.written';
     DROP FUNCTION transactions_after_insert CASCADE;
     DROP FUNCTION recompute_statistics(bigint, bigint[], jsonb);
     DROP FUNCTION outbox_after_fall CASCADE;
     ALTER TABLE outbox DROP COLUMN subjects;
     ALTER TABLE outbox ADD CONSTRAINT outbox_subject_check CHECK (num_nonnulls(day, subject_id) = 1);
     ALTER TABLE daily_statistics DROP COLUMN total_squares`,
  )

it('fills the sums of squares of a database with figures, some of which are not current', async () => {
  const users = [await insertUser(database), await insertUser(database)]
  for (const user of users) {
    await insertBookings(database, user, [
      { date: '2026-03-01', amount: '10.5' },
      { date: '2026-03-01', amount: '9999999999999.9999' },
      { date: '2026-03-01', amount: '0.003', currency: 'KWD' },
      { date: '2026-03-02', amount: '7' },
    ])
    await database.query('SELECT recompute_statistics($1)', [user])
  }
  const [current = 0, changed = 0] = users
  await insertBookings(database, changed, [{ date: '2026-03-02', amount: 5 }])
  await takeBack()
  await database.query(await readFile(join(MIGRATIONS_DIR, MIGRATION, 'migration.sql'), 'utf8'))
  expect(await readStatistics(database, current)).toEqual(await readLedger(database, current))
  expect(await database.query('SELECT drifted_days($1)', [current])).toEqual([])
  await database.query('SELECT recompute_statistics($1)', [changed])
  expect(await readStatistics(database, changed)).toEqual(await readLedger(database, changed))
})
