import type { Database, DatabaseTransaction, Prisma } from '../../database/client.ts'
import { conflict, unauthorized } from '../../errors.ts'
import type { Caller } from '../../http/auth.ts'
import type { ImportRecord } from './imports.view.ts'
import type { ImportOptions } from './kinds/options.ts'
import { type ImportQuery, toOptions } from './query.ts'
import type { Upload } from './uploads.ts'

/** Of a caller what says whose imports they reach. */
export type Who = Pick<Caller, 'id' | 'role'>

/**
 * Whose imports a caller reaches: their own, and admins everybody's. Nobody sees one that still
 * comes in.
 */
export const reachable = ({ id, role }: Who): Prisma.ImportWhereInput => ({
  status: { not: 'uploading' },
  ...(role === 'admin' ? {} : { userId: id }),
})

const exists = () =>
  conflict('dataset_exists', 'A dataset of this name exists; if_exists=replace replaces it')

/** The same file, loaded or being loaded under the same kind, name and options. */
async function findSame(
  tx: DatabaseTransaction,
  caller: Who,
  { kind }: ImportQuery,
  { sha256, name }: Upload,
  options: ImportOptions,
): Promise<ImportRecord | null> {
  return await tx.import.findFirst({
    where: {
      AND: [reachable(caller), { status: { in: ['queued', 'running', 'completed'] } }],
      kind,
      name,
      sha256: new Uint8Array(sha256),
      options: { equals: options as unknown as Prisma.InputJsonObject },
      // Of a dataset only while it is there, and not replaced since.
      ...(kind === 'dataset' &&
        !options.dryRun && {
          OR: [{ status: { in: ['queued', 'running'] } }, { datasets: { some: {} } }],
        }),
    },
    orderBy: { id: 'desc' },
  })
}

/**
 * Makes the record of a file that has arrived an import, unless the same file has one already.
 *
 * @returns with `known` the import that the same file has
 * @throws AppError 409 when a dataset of this name exists and is not to be replaced, 401 when the
 *   account is gone
 */
export async function acceptFile(
  database: Database,
  caller: Who,
  query: ImportQuery,
  upload: Upload,
): Promise<{ readonly record: ImportRecord; readonly known: boolean }> {
  const options = toOptions(query)
  const { importId, name, sha256, bytes, compressed, hasUpload } = upload
  return await database.$transaction(async (tx) => {
    // The same file twice at once: one after the other.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${sha256.readBigInt64BE(0)})`
    const same = await findSame(tx, caller, query, upload, options)
    if (same !== null) return { record: same, known: true }
    if (query.kind === 'dataset' && options.ifExists === 'fail') {
      if ((await tx.dataset.count({ where: { name } })) > 0) throw exists()
    }
    const [record] = await tx.import.updateManyAndReturn({
      where: { id: importId },
      data: {
        name,
        compressed,
        hasUpload,
        status: 'queued',
        bytesTotal: bytes,
        sha256: new Uint8Array(sha256),
        options: options as unknown as Prisma.InputJsonObject,
      },
    })
    // The file went with the account that sent it.
    if (record === undefined) throw unauthorized('The account of this access token was deleted')
    return { record, known: false }
  })
}
