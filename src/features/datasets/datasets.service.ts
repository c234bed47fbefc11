import type { Readable } from 'node:stream'
import type { Database, Prisma } from '../../database/client.ts'
import { codeOf, driverCause } from '../../database/errors.ts'
import { afterCommit } from '../../database/unit-of-work.ts'
import { notFoundByName } from '../../errors.ts'
import type { EventQueue } from '../../events/queue.ts'
import type { Column, DatasetIndexes } from '../../generated/schemas.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { Log } from '../../lib/log.ts'
import { dropUnlisted } from './drop-unlisted.ts'
import { exportRows } from './export-rows.ts'
import type { RowQuery } from './filters.ts'
import { buildIndexes } from './indexes/build-indexes.ts'
import { readIndexes, setIndexes } from './indexes/index-list.ts'
import { readRows } from './rows.ts'

export type DatasetService = ReturnType<typeof createDatasetService>

/** A dataset with the size of its table. */
export interface DatasetRecord {
  readonly id: bigint
  readonly name: string
  readonly importId: bigint | null
  readonly columns: readonly Column[]
  readonly rowCount: number
  /** Size on disk, including indexes. */
  readonly bytes: number
  readonly createdAt: Date
}

interface Deps {
  readonly database: Database
  /** Exporting and building indexes open connections of their own. */
  readonly databaseUrl: string
  readonly queue: Pick<EventQueue, 'add'>
  readonly log: Log
}

/** How long a deleting request waits for readers of the table. The sweep drops it later. */
const REQUEST_WAIT_MS = 50
/** Longer than autovacuum holds up another lock. */
const SWEEP_WAIT_MS = 3_000

const UNDEFINED_TABLE = '42P01'
const isTableGone = (error: unknown): boolean =>
  codeOf(error) === UNDEFINED_TABLE || driverCause(error).originalCode === UNDEFINED_TABLE

/** Serves the datasets. Access does not depend on whose import made one. */
export function createDatasetService({ database, databaseUrl, queue, log }: Deps) {
  /** Has a worker build indexes at once. What gets lost is found by its schedule. */
  function haveIndexesBuilt(): void {
    queue.add([{ consumer: 'buildDatasetIndexes', payload: {} }]).catch((error: unknown) => {
      log.warn({ err: error }, 'indexes of a dataset could not be enqueued; they wait')
    })
  }

  async function withSizes(
    datasets: readonly Prisma.DatasetGetPayload<object>[],
  ): Promise<DatasetRecord[]> {
    const sizes = await database.$queryRaw<{ id: bigint; bytes: bigint }[]>`
      SELECT wanted.id, pg_relation_size(t.oid) + pg_indexes_size(t.oid)
        + coalesce(pg_relation_size(nullif(t.reltoastrelid, 0)), 0) AS bytes
      FROM unnest(${datasets.map(({ id }) => String(id))}::bigint[]) AS wanted (id)
      JOIN pg_class t ON t.oid = to_regclass('datasets.d' || wanted.id)`
    const bytesOf = new Map(sizes.map(({ id, bytes }) => [id, Number(bytes)]))
    return datasets.map((dataset) => ({
      ...dataset,
      columns: dataset.columns as unknown as readonly Column[],
      rowCount: Number(dataset.rowCount),
      bytes: bytesOf.get(dataset.id) ?? 0,
    }))
  }

  async function get(name: string): Promise<DatasetRecord> {
    const found = await database.dataset.findUnique({ where: { name } })
    const [dataset] = found === null ? [] : await withSizes([found])
    if (dataset === undefined) throw notFoundByName('Dataset', name)
    return dataset
  }

  /**
   * Finds a dataset, then reads its table.
   *
   * @throws AppError 404, also if it is dropped in between
   */
  async function readTable<T>(
    name: string,
    read: (dataset: DatasetRecord) => Promise<T>,
  ): Promise<T> {
    const dataset = await get(name)
    return await read(dataset).catch((error: unknown) => {
      throw isTableGone(error) ? notFoundByName('Dataset', name) : error
    })
  }

  return {
    /** @throws AppError 404 */
    get,

    /** Newest first. @throws AppError 422 */
    async list(query: PagingQuery): Promise<Page<DatasetRecord>> {
      const { items, ...page } = await pageById(
        query,
        'desc',
        (range) => database.dataset.findMany(range),
        () => database.dataset.count(),
      )
      return { ...page, items: await withSizes(items) }
    },

    /**
     * Deletes a dataset. Its table is dropped at once, or when nobody reads it.
     *
     * @throws AppError 404
     */
    async remove(name: string): Promise<void> {
      const { count } = await database.dataset.deleteMany({ where: { name } })
      if (count === 0) throw notFoundByName('Dataset', name)
      await afterCommit(async () => {
        await dropUnlisted(database, REQUEST_WAIT_MS).catch((error: unknown) =>
          log.warn({ err: error }, 'could not drop the table of a deleted dataset; the sweep will'),
        )
      })
    },

    /** Reads a page of rows, each as JSON text. @throws AppError 404, 422 */
    rows: (name: string, query: RowQuery): Promise<Page<string>> =>
      readTable(name, (dataset) => readRows(database, dataset, query)),

    /** Reads all rows as CSV. @throws AppError 404 */
    export: (name: string, safe: boolean): Promise<Readable> =>
      readTable(name, (dataset) => exportRows(databaseUrl, dataset, safe)),

    /** Shows how far the indexes of a dataset are. @throws AppError 404 */
    indexes: async (name: string): Promise<DatasetIndexes> =>
      readIndexes(database, await get(name)),

    /** Sets which columns are to have an index. A worker builds them. @throws AppError 404, 422 */
    async setIndexes(name: string, columns: readonly string[]): Promise<DatasetIndexes> {
      const indexes = await setIndexes(database, await get(name), columns)
      await afterCommit(haveIndexesBuilt)
      return indexes
    },

    /** Builds and drops indexes so that all datasets have those that they are to have. */
    buildIndexes: (): Promise<void> => buildIndexes({ database, databaseUrl, log }),

    /** Drops tables that belong to no dataset any more. */
    sweep: (): Promise<void> => dropUnlisted(database, SWEEP_WAIT_MS),
  }
}
