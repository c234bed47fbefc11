import type { LoadConnection } from '../../../../database/copy-in.ts'
import { codeOf } from '../../../../database/errors.ts'
import { ImportError, type Loader, type LoadJob, type LoadResult } from '../loader.ts'
import { refuseDuplicates } from './duplicates.ts'
import { load, survey } from './file-passes.ts'
import { findColumns } from './names.ts'
import { type Plan, samePlan } from './plan.ts'
import { shownColumns } from './shown-columns.ts'
import { DatasetTable } from './table.ts'

/** So much of a file is looked at before its table is made. What follows is checked against it. */
const SURVEY_BYTES = 16 * 1024 * 1024
/** PostgreSQL's code for a row, a key or a table that is larger than it can be. */
const LIMIT_EXCEEDED = /^54/

const exists = () =>
  new ImportError('dataset_exists', 'A dataset of this name exists; if_exists=replace replaces it.')

async function reserve({ connection, name, options }: LoadJob): Promise<number> {
  const [row] = await connection.rows<{ id: number; taken: boolean }>(
    `SELECT nextval('datasets_id_seq')::int AS id,
      EXISTS (SELECT FROM datasets WHERE name = $1) AS taken`,
    [name],
  )
  if (row === undefined || (row.taken && options.ifExists === 'fail')) throw exists()
  return row.id
}

/** Stores the file as its types by all rows are. At most twice: the second time they are known. */
async function store(
  job: LoadJob,
  table: DatasetTable,
  surveyBytes: number,
): Promise<LoadResult & { plan: Plan }> {
  let plan = await survey(job, surveyBytes)
  for (let attempt = 1; ; attempt += 1) {
    const { file, plan: whole } = await load(job, table, plan)
    if (samePlan(plan, whole)) {
      const counts = { read: file.rowsRead, loaded: file.rowsFine, skipped: 0 }
      return { dialect: file.dialect, columns: shownColumns(whole), counts, plan: whole }
    }
    if (attempt > 1) throw new Error('The columns are others than a reading before found')
    job.say('the types of columns turned out otherwise: the file is read once more')
    plan = whole
    await job.connection.restart()
    await job.startOver()
  }
}

/** Makes the rows unique by the key of the request, and indexes it. @returns how many were refused */
async function addKeys(job: LoadJob, table: DatasetTable, plan: Plan): Promise<number> {
  const indexes = findColumns(plan, job.options.primaryKey, 'primary_key')
  const key = indexes.map((index) => plan[index]?.name ?? '')
  if (indexes.some((index) => plan[index]?.decision.type === 'json')) {
    throw new ImportError('key_type', 'A column of JSON cannot be a primary key.')
  }
  const refused = key.length > 0 ? await refuseDuplicates(job, table, key) : 0
  await table.addKeys(key)
  return refused
}

/** Puts the table into the catalogue, in the place of one of the same name where that is wanted. */
async function list(
  connection: LoadConnection,
  id: number,
  job: LoadJob,
  { columns, counts }: LoadResult,
): Promise<void> {
  // The table of the former one may be read just now: the sweep of datasets drops it.
  const replaced = `DO UPDATE SET (id, import_id, columns, row_count, created_at)
    = (excluded.id, excluded.import_id, excluded.columns, excluded.row_count, excluded.created_at)`
  const { rowCount } = await connection.run(
    `INSERT INTO datasets (id, name, import_id, columns, row_count) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) ${job.options.ifExists === 'replace' ? replaced : 'DO NOTHING'}`,
    [id, job.name, job.id, JSON.stringify(columns), counts.loaded],
  )
  if (rowCount === 0) throw exists()
}

const tooLarge = () =>
  new ImportError(
    'limit_exceeded',
    'A row, or a value of the primary key, is larger than a table can hold.',
  )

/** Makes what makes datasets. @param surveyBytes how much of a file is looked at before its table is made */
export function createDatasetLoader(surveyBytes = SURVEY_BYTES): Loader {
  return async (job) => {
    const { connection } = job
    try {
      const id = await reserve(job)
      const table = new DatasetTable(connection, id)
      const { plan, ...stored } = await store(job, table, surveyBytes)
      await table.dropColumns(plan.filter(({ unused }) => unused).map(({ name }) => name))
      const refused = await addKeys(job, table, plan)
      const counts = { ...stored.counts, loaded: stored.counts.loaded - refused }
      const result = { ...stored, counts }
      await list(connection, id, job, result)
      return result
    } catch (error) {
      throw LIMIT_EXCEEDED.test(codeOf(error)) ? tooLarge() : error
    }
  }
}

/**
 * Makes a dataset of a file.
 *
 * @throws ImportError `dataset_exists`, `unknown_column`, `too_many_columns`, `key_type`, `limit_exceeded`, and what
 * reading throws
 */
export const loadDataset: Loader = createDatasetLoader()
