import { createDatasetLoader } from '../../../../src/features/imports/kinds/dataset/dataset-kind.ts'
import type { ImportOptions } from '../../../../src/features/imports/kinds/options.ts'
import { createTestDatabase } from '../../../setup/database.ts'
import { runLoader, type TestLoad } from '../load-context.ts'

/** What a test loads, and how much of the file the plan is made from. */
export interface DatasetOptions extends Partial<ImportOptions> {
  readonly surveyBytes?: number
}

export type DatasetLoads = Awaited<ReturnType<typeof openDatasetLoads>>

/** Loads files into datasets of a database of its own. */
export async function openDatasetLoads() {
  const database = await createTestDatabase()
  const [user] = await database.query<{ id: string }>(
    String.raw`INSERT INTO users (name, name_index, search_index, updated_at)
    VALUES ('\x00', '\x00', '{}', now()) RETURNING id`,
  )
  const userId = BigInt(user?.id ?? 0)
  let names = 0

  /** Loads a file and ignores the result. */
  async function run(
    file: TestLoad['file'],
    { surveyBytes, ...options }: DatasetOptions,
    name: string,
  ) {
    const [{ id } = { id: '0' }] = await database.query<{ id: string }>(
      `INSERT INTO imports (user_id, kind, name, options) VALUES ($1, 'dataset', $2, '{}') RETURNING id`,
      [userId, name],
    )
    const loader = createDatasetLoader(surveyBytes)
    return await runLoader(loader, {
      databaseUrl: database.url,
      importId: BigInt(id),
      userId,
      name,
      file,
      options,
    })
  }

  async function load(
    file: TestLoad['file'],
    options: DatasetOptions = {},
    name = `file_${++names}`,
  ) {
    const loaded = await run(file, options, name)
    const [dataset] = await database.query<{ id: string; row_count: string; columns: unknown }>(
      'SELECT id, row_count, columns FROM datasets WHERE name = $1',
      [name],
    )
    if (dataset === undefined) throw new Error('The dataset is not in the catalogue')
    const table = `datasets.d${dataset.id}`
    const list = loaded.columns.map((column) => `"${column.name}"::text`).join(', ')
    /** The cells as PostgreSQL writes them, in the order of the file. */
    const rows = async (): Promise<(string | null)[][]> => {
      const found = await database.query<{ cells: (string | null)[] }>(
        `SELECT ARRAY[${list}] AS cells FROM ${table} ORDER BY "_row"`,
      )
      return found.map(({ cells }) => cells)
    }
    return { ...loaded, name, table, dataset, rows, types: loaded.columns.map(({ type }) => type) }
  }

  /** Tables in the schema of datasets. */
  const tables = async (): Promise<string[]> => {
    const found = await database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'datasets'::regnamespace AND relkind = 'r'`,
    )
    return found.map(({ name }) => name)
  }

  return { database, run, load, tables, close: () => database.drop() }
}
