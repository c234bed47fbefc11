import type { TestDatabase } from '../setup/database.ts'

/** What the planner believes of tables that really hold many rows. */
export const BELIEFS = {
  /** Looked at while they were empty, and grown since. */
  empty: { rows: 0, pages: 20 },
  /** Looked at while they held a handful. */
  small: { rows: 100, pages: 2 },
  /** Looked at long ago, while they held far more than now. */
  huge: { rows: 1e8, pages: 2e6 },
} as const

/** Keeps autovacuum away, which would mend at any moment what a test believes wrong. */
export async function stopAutovacuum(database: TestDatabase): Promise<void> {
  await database.query(`
    DO $$ DECLARE name regclass; BEGIN
      FOR name IN SELECT oid::regclass FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name); END LOOP;
    END $$`)
}

/** Has the planner believe the same of every table and forget what it knows of their columns. */
export async function believe(
  database: TestDatabase,
  { rows, pages }: { readonly rows: number; readonly pages: number },
): Promise<void> {
  await database.query(
    `SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', relname::text,
       'relpages', $1::int, 'reltuples', $2::real),
       (SELECT count(pg_clear_attribute_stats('public', relname::text, attname::text, false))
        FROM pg_attribute WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped)
     FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    [pages, rows],
  )
}
