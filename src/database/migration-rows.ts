import { createHash } from 'node:crypto'
import type { MigrationList } from '@prisma/schema-engine-wasm'
import type pg from 'pg'

/** A row of `_prisma_migrations`: a try to apply a migration. */
export interface MigrationRow {
  readonly name: string
  /** SHA-256 of the script that was applied. */
  readonly checksum: string
  /** Whether it was applied, and not rolled back since. */
  readonly stands: boolean
}

/** Reads what the database says of its migrations; nothing before the first one. */
export async function readMigrationRows(session: pg.Client): Promise<readonly MigrationRow[]> {
  const table = await session.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`)
  if (!table.rows[0].there) return []
  const { rows } = await session.query<MigrationRow>(
    `SELECT migration_name AS name, checksum,
       finished_at IS NOT NULL AND rolled_back_at IS NULL AS stands
     FROM _prisma_migrations ORDER BY migration_name COLLATE "C"`,
  )
  return rows
}

/**
 * Whether a database has exactly these migrations, so that Prisma's schema engine would find
 * nothing to do. Anything unusual is left to the engine: it takes 180 ms to load and some 45 MB.
 */
export function areApplied(
  rows: readonly MigrationRow[],
  { migrationDirectories }: MigrationList,
): boolean {
  if (rows.length !== migrationDirectories.length) return false
  return migrationDirectories.every(({ path, migrationFile: { content } }, index) => {
    const row = rows[index]
    if (content.tag !== 'ok' || row?.name !== path || !row.stands) return false
    return row.checksum === createHash('sha256').update(content.value).digest('hex')
  })
}
