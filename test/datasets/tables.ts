import type { Column } from '../../src/generated/schemas.ts'
import type { TestDatabase } from '../setup/database.ts'

const SQL_TYPES: Readonly<Partial<Record<Column['type'], string>>> = { integer: 'bigint' }

/** A column of a table that a test makes. */
export interface TestColumn {
  readonly name: string
  readonly type: Column['type']
  /** As the file has it; the name where it is absent. */
  readonly sourceName?: string | null
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

let made = 0

/** A name that no other test uses. */
export const newName = (): string => {
  made += 1
  return `set_${made}`
}

/**
 * Makes a dataset as an import does, of values as PostgreSQL reads them.
 *
 * @returns its id
 */
export async function insertDataset(
  database: TestDatabase,
  name: string,
  columns: readonly TestColumn[],
  rows: readonly (readonly (string | null)[])[],
): Promise<number> {
  const catalogue = columns.map((column) => ({
    name: column.name,
    type: column.type,
    nullable: true,
    source_name: column.sourceName === undefined ? column.name : column.sourceName,
  }))
  const [dataset] = await database.query<{ id: number }>(
    'INSERT INTO datasets (name, columns, row_count) VALUES ($1, $2, $3) RETURNING id::int',
    [name, JSON.stringify(catalogue), rows.length],
  )
  const id = dataset?.id ?? 0
  const list = columns.map(({ name, type }) => `${quote(name)} ${SQL_TYPES[type] ?? type}`)
  await database.query(
    `CREATE TABLE datasets.d${id} ("_row" bigint PRIMARY KEY, ${list.join(', ')})`,
  )
  for (const [index, row] of rows.entries()) {
    const values = row.map((_, column) => `$${column + 2}`).join(', ')
    await database.query(`INSERT INTO datasets.d${id} VALUES ($1, ${values})`, [index + 1, ...row])
  }
  return id
}

/** Whether the table of a dataset is there. */
export async function hasTable(database: TestDatabase, id: number): Promise<boolean> {
  const [row] = await database.query<{ found: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS found',
    [`datasets.d${id}`],
  )
  return row?.found === true
}
