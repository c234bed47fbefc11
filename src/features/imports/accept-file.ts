import type { Database, DatabaseTransaction, Prisma } from '../../database/client.ts'
import { conflict, unauthorized } from '../../errors.ts'
import type { Caller } from '../../http/auth.ts'
import type { ImportRecord } from './imports.view.ts'
import type { ImportOptions } from './kinds/options.ts'
import { type ImportQuery, toOptions } from './query.ts'
import type { Upload } from './uploads.ts'

/** The part of a caller that decides which imports they may access. */
export type Requester = Pick<Caller, 'id' | 'role'>

/**
 * Selects the imports a caller may access: their own, and for admins everybody's. Nobody sees an
 * import whose file is still uploading.
 */
export const accessible = ({ id, role }: Requester): Prisma.ImportWhereInput => ({
  status: { not: 'uploading' },
  ...(role === 'admin' ? {} : { userId: id }),
})

const exists = () =>
  conflict(
    'dataset_exists',
    'A dataset of this name exists; send another name, or if_exists=replace to replace it',
  )

/** Finds an import of the same file with the same kind, name and options that has not failed. */
async function findSame(
  tx: DatabaseTransaction,
  caller: Requester,
  { kind }: ImportQuery,
  { sha256, name }: Upload,
  options: ImportOptions,
): Promise<ImportRecord | null> {
  return await tx.import.findFirst({
    where: {
      AND: [accessible(caller), { status: { in: ['queued', 'running', 'completed'] } }],
      kind,
      name,
      sha256: new Uint8Array(sha256),
      options: { equals: options as unknown as Prisma.InputJsonObject },
      // A completed dataset counts only while it exists and has not been replaced.
      ...(kind === 'dataset' &&
        !options.dryRun && {
          OR: [{ status: { in: ['queued', 'running'] } }, { datasets: { some: {} } }],
        }),
    },
    orderBy: { id: 'desc' },
  })
}

/**
 * Turns the record of an uploaded file into a queued import, unless the same file has an import
 * already.
 *
 * @returns the import, with `duplicate` the existing one of the same file
 * @throws AppError 409 when a dataset of this name exists and must not be replaced, 401 when the
 *   account was deleted
 */
export async function acceptFile(
  database: Database,
  caller: Requester,
  query: ImportQuery,
  upload: Upload,
): Promise<{ readonly record: ImportRecord; readonly duplicate: boolean }> {
  const options = toOptions(query)
  const { importId, name, sha256, bytes, compressed, hasUpload } = upload
  return await database.$transaction(async (tx) => {
    // Concurrent uploads of the same file take turns, so that the second finds the first.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${sha256.readBigInt64BE(0)})`
    const same = await findSame(tx, caller, query, upload, options)
    if (same !== null) return { record: same, duplicate: true }
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
    // Deleting the account deleted the record.
    if (record === undefined) throw unauthorized('The account of this access token was deleted')
    return { record, duplicate: false }
  })
}
