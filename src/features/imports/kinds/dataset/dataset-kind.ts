import type { LoadConnection } from '../../../../database/copy-in.ts'
import { codeOf } from '../../../../database/errors.ts'
import { ImportError, type LoadContext, type Loader, type LoadResult } from '../loader.ts'
import { refuseDuplicates } from './duplicates.ts'
import { load, type Survey, survey } from './file-passes.ts'
import { findColumns } from './names.ts'
import { samePlan } from './plan.ts'
import { shownColumns } from './shown-columns.ts'
import { DatasetTable } from './table.ts'

/** The table is planned by the first 16 MB of the file. Later rows are checked against the plan. */
const SURVEY_BYTES = 16 * 1024 * 1024
/** The survey may err about the encoding, and then about the types. */
const MAX_PASSES = 2
/** PostgreSQL's class of codes for a row, a key or a table that exceeds a limit. */
const LIMIT_EXCEEDED = /^54/

const exists = () =>
  new ImportError(
    'dataset_exists',
    'A dataset of this name exists; send another name, or if_exists=replace to replace it.',
  )

async function reserve({ connection, name, options }: LoadContext): Promise<number> {
  const [row] = await connection.rows<{ id: number; taken: boolean }>(
    `SELECT nextval('datasets_id_seq')::int AS id,
      EXISTS (SELECT FROM datasets WHERE name = $1) AS taken`,
    [name],
  )
  if (row === undefined || (row.taken && options.ifExists === 'fail')) throw exists()
  return row.id
}

/**
 * Loads the file, with the column types that all its rows have. If the survey was wrong, the file
 * is loaded a second time: the first load found the types of all rows.
 */
async function store(
  context: LoadContext,
  table: DatasetTable,
  surveyBytes: number,
): Promise<LoadResult & { survey: Survey }> {
  let known = await survey(context, surveyBytes)
  for (let pass = 1; ; pass += 1) {
    const { file, plan } = await load(context, table, known)
    const { otherEncoding } = file
    if (otherEncoding === undefined && samePlan(known.plan, plan)) {
      const counts = { read: file.rowsRead, loaded: file.rowsFine, skipped: 0 }
      const columns = shownColumns(plan)
      return { dialect: file.dialect, columns, counts, survey: { ...known, plan } }
    }
    if (pass > MAX_PASSES) throw new Error('The last pass found other columns than the one before')
    context.log(
      otherEncoding
        ? 'later rows have another encoding: the file is read once more'
        : 'later rows have other column types: the file is read once more',
    )
    known = otherEncoding ? await survey(context, surveyBytes, otherEncoding) : { ...known, plan }
    await context.connection.restart()
    await context.startOver()
  }
}

/**
 * Refuses rows with a duplicate primary key, then indexes the keys.
 *
 * @returns how many rows were refused
 */
async function addKeys(context: LoadContext, table: DatasetTable, known: Survey): Promise<number> {
  const { plan } = known
  // A column may be given twice: by its name in the file and in the import.
  const indexes = [...new Set(findColumns(plan, context.options.primaryKey, 'primary_key'))]
  const key = indexes.map((index) => plan[index]?.name ?? '')
  if (indexes.some((index) => plan[index]?.decision.type === 'json')) {
    throw new ImportError('key_type', 'A JSON column cannot be in the primary key.')
  }
  const refused = key.length > 0 ? await refuseDuplicates(context, table, known, key) : 0
  await table.addKeys(key)
  return refused
}

/** Registers the table in `datasets`. Replaces one of the same name if the request allows it. */
async function register(
  connection: LoadConnection,
  id: number,
  context: LoadContext,
  { columns, counts }: LoadResult,
): Promise<void> {
  // Requests may be reading the replaced table now, so the sweep of datasets drops it later.
  const replaced = `DO UPDATE SET (id, import_id, columns, row_count, created_at)
    = (excluded.id, excluded.import_id, excluded.columns, excluded.row_count, excluded.created_at)`
  const { rowCount } = await connection.run(
    `INSERT INTO datasets (id, name, import_id, columns, row_count) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) ${context.options.ifExists === 'replace' ? replaced : 'DO NOTHING'}`,
    [id, context.name, context.id, JSON.stringify(columns), counts.loaded],
  )
  if (rowCount === 0) throw exists()
}

const tooLarge = () =>
  new ImportError(
    'limit_exceeded',
    'A row, or a value of the primary key, is larger than PostgreSQL allows.',
  )

/** Creates the loader of datasets. @param surveyBytes how much of the file the plan is made from */
export function createDatasetLoader(surveyBytes = SURVEY_BYTES): Loader {
  return async (context) => {
    const { connection } = context
    try {
      const id = await reserve(context)
      const table = new DatasetTable(connection, id)
      const { survey: known, ...stored } = await store(context, table, surveyBytes)
      await table.dropColumns(known.plan.filter(({ unused }) => unused).map(({ name }) => name))
      const refused = await addKeys(context, table, known)
      const counts = { ...stored.counts, loaded: stored.counts.loaded - refused }
      const result = { ...stored, counts }
      await register(connection, id, context, result)
      return result
    } catch (error) {
      throw LIMIT_EXCEEDED.test(codeOf(error)) ? tooLarge() : error
    }
  }
}

/**
 * Loads a file into a new dataset.
 *
 * @throws ImportError `dataset_exists`, `unknown_column`, `no_columns`, `too_many_columns`, `key_type`,
 *   `limit_exceeded`, and the errors of reading
 */
export const loadDataset: Loader = createDatasetLoader()
