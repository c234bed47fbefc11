import type { RefusedRow } from '../../../src/csv/file/source.ts'
import { PLAIN_NUMBERS } from '../../../src/csv/types/number-format.ts'
import { withLoadConnection } from '../../../src/database/copy-in.ts'
import type { LoadContext, Loader, LoadResult } from '../../../src/features/imports/kinds/loader.ts'
import type { ImportOptions } from '../../../src/features/imports/kinds/options.ts'

/** The default options of a test. */
export const USUAL_OPTIONS: ImportOptions = {
  dryRun: false,
  onError: 'skip',
  maxErrors: null,
  types: 'infer',
  ragged: 'reject',
  ifExists: 'fail',
  dialect: {},
  nulls: null,
  numbers: PLAIN_NUMBERS,
  critical: [],
  defaults: {},
  primaryKey: [],
  rename: {},
}

/** A load that a test runs without an import around it. */
export interface TestLoad {
  readonly databaseUrl: string
  readonly importId: bigint
  readonly userId: bigint
  readonly name: string
  readonly file: string | Buffer | (() => AsyncIterable<Buffer>)
  readonly options?: Partial<ImportOptions>
}

/** A file in pieces of 16 KiB. */
async function* pieces(file: string | Buffer) {
  const bytes = Buffer.from(file as string)
  for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384)
}

/** Runs a loader like a worker, and commits unless it is a dry run. */
export async function runLoader(
  loader: Loader,
  { databaseUrl, importId, userId, name, file, options }: TestLoad,
): Promise<
  LoadResult & { readonly rejects: readonly RefusedRow[]; readonly header: readonly string[] }
> {
  let rejects: RefusedRow[] = []
  let header: readonly string[] = []
  const result = await withLoadConnection(databaseUrl, Number(importId), async (connection) => {
    const context: LoadContext = {
      id: importId,
      name,
      account: { id: Number(userId), role: 'admin' },
      requestId: 'test',
      connection,
      options: { ...USUAL_OPTIONS, ...options },
      source: { open: () => (typeof file === 'function' ? file() : pieces(file)) },
      rejects: {
        header: (names) => {
          header = names
        },
        refuse: (row) => void rejects.push(row),
        settle: async () => undefined,
      },
      report: () => undefined,
      count: () => undefined,
      signal: new AbortController().signal,
      log: () => undefined,
      startOver: async () => {
        rejects = []
      },
    }
    const loaded = await loader(context)
    if (!context.options.dryRun) await connection.commit()
    return loaded
  })
  if (result === undefined) throw new Error('Somebody else holds the lock')
  return { ...result, rejects, header }
}
