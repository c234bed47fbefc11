import { Readable } from 'node:stream'
import type { PlainDatabase } from '../../database/client.ts'
import { conflict, notFound } from '../../errors.ts'
import type { Nudge } from '../../events/passes.ts'
import type { ImportPreview } from '../../generated/schemas.ts'
import type { Concerns } from '../../http/audit/concerned-users.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { deleteWorkLog, workLogFile } from '../../lib/work-log.ts'
import { acceptFile, accessible, type Requester } from './accept-file.ts'
import { type AttemptDeps, ImportAttempt } from './attempt.ts'
import { createChunks } from './chunks.ts'
import { createImportEvents } from './import-events.ts'
import { type ImportRecord, importView } from './imports.view.ts'
import { type ImportOptions, renamesOf } from './kinds/options.ts'
import { type ListedLines, readListedLines } from './listed-lines.ts'
import { withNamedUser } from './named-user.ts'
import { type FileHead, type Previewers, previewFile } from './preview.ts'
import { createProfileService } from './profiles.service.ts'
import type { Progress } from './progress.ts'
import { assertOptionsOfKind, type ImportQuery } from './query.ts'
import { rewriteRejects } from './rewritten-rejects.ts'
import { storedOnDisk } from './source.ts'
import { sweepImports } from './sweep.ts'
import { createUploads, type Incoming, type Upload } from './uploads.ts'

/** Imports that run in a process at a time. Others wait. */
const MAX_RUNNING = 2

export type ImportService = ReturnType<typeof createImportService>
export type { ImportRecord, Upload }

interface Deps extends Omit<AttemptDeps, 'chunks'> {
  readonly previewers: Previewers
  readonly plain: PlainDatabase
  readonly crypto: FieldCrypto
  readonly outbox: Nudge
  /** How long rejects are kept. */
  readonly retentionHours: number
}

export function createImportService(deps: Deps) {
  const { database, plain, crypto, outbox, previewers, dataDir, maxBytes, retentionHours } = deps
  const chunks = createChunks({ database, plain, crypto })
  const uploads = createUploads({ database, chunks, maxBytes })
  const profiles = createProfileService({ database })
  const attemptDeps: AttemptDeps = { ...deps, chunks }
  const running = new Set<number>()
  const closing = new AbortController()
  const follow = createImportEvents(async (id) => {
    const record = await database.import.findUnique({ where: { id } })
    return record === null ? undefined : importView(record)
  })

  async function find(caller: Requester, id: number): Promise<ImportRecord> {
    const record = await database.import.findFirst({ where: { id, ...accessible(caller) } })
    if (record === null) throw notFound('Import', id)
    return record
  }

  /** What a query stands for: with the options of its profile, and with the user that it names. */
  async function resolve(owner: Pick<Requester, 'id'>, query: ImportQuery): Promise<ImportQuery> {
    const whole = await profiles.apply(owner, query)
    assertOptionsOfKind(whole)
    return await withNamedUser(plain, crypto, whole)
  }

  async function run(id: number): Promise<void> {
    if (running.has(id) || running.size >= MAX_RUNNING) return
    running.add(id)
    try {
      await ImportAttempt.run(attemptDeps, id)
    } finally {
      running.delete(id)
    }
    const next = await database.import.findFirst({
      where: { status: 'queued', hasUpload: true },
      orderBy: { id: 'asc' },
      select: { id: true },
    })
    if (next !== null) await run(Number(next.id))
  }

  return {
    profiles,

    /** Receives an uploaded file. @throws AppError 400, 408, 413, 415, 422 */
    async receive(
      caller: Caller,
      query: ImportQuery,
      requestId: string,
      file: Incoming,
    ): Promise<Upload> {
      await resolve(caller, query)
      return await uploads.receive(caller.id, query, requestId, file)
    },

    /** Shows what a file would become, by its beginning. @throws AppError 422 */
    preview: async (caller: Caller, query: ImportQuery, head: FileHead): Promise<ImportPreview> =>
      await previewFile(previewers, await resolve(caller, query), head),

    /**
     * Makes an import of an uploaded file. The same commit writes `import.requested`, so that a
     * worker loads it.
     *
     * @returns the import, with `duplicate` the existing one of the same file
     * @throws AppError 409 when a dataset of this name exists and must not be replaced
     */
    async create(
      caller: Caller,
      query: ImportQuery,
      upload: Upload,
    ): Promise<{ readonly record: ImportRecord; readonly duplicate: boolean }> {
      const whole = await resolve(caller, query)
      const stored = await acceptFile(database, caller, whole, upload)
      outbox.nudge()
      return stored
    },

    /**
     * Loads a file from this machine's disk, in this process.
     *
     * @param userId the account that will own the import
     * @param watch receives the progress
     * @returns the finished import, with `duplicate` the existing one of the same file
     * @throws AppError 409, 422 as for an uploaded file
     */
    async loadFile(
      userId: number,
      query: ImportQuery,
      path: string,
      watch: (progress: Progress) => void,
    ): Promise<{ readonly record: ImportRecord; readonly duplicate: boolean }> {
      const whole = await resolve({ id: userId }, query)
      const upload = await uploads.receiveFromDisk(userId, whole, path)
      try {
        const { record, duplicate } = await acceptFile(
          database,
          { id: userId, role: 'admin' },
          whole,
          upload,
        )
        if (duplicate) return { record, duplicate }
        await ImportAttempt.run(attemptDeps, Number(upload.importId), storedOnDisk(path), watch)
        const ended = await database.import.findUniqueOrThrow({ where: { id: upload.importId } })
        return { record: ended, duplicate }
      } finally {
        await upload.release()
      }
    },

    /** @throws AppError 404 */
    get: find,

    /** The lines of a file that are neither loaded nor refused, if they are kept. */
    async listedLines(
      caller: Requester,
      { id, status, userId }: ImportRecord,
    ): Promise<ListedLines | undefined> {
      if (status !== 'completed') return undefined
      return await readListedLines(chunks, id, Number(userId) === caller.id)
    },

    /** Newest first. @throws AppError 422 */
    async list(caller: Caller, query: PagingQuery): Promise<Page<ImportRecord>> {
      const where = accessible(caller)
      return await pageById(
        query,
        'desc',
        (range) =>
          database.import.findMany({ ...range, where: { AND: [where, range.where ?? {}] } }),
        () => database.import.count({ where }),
      )
    },

    /**
     * Cancels an import that is queued or running; its attempt notices. Deletes a finished import.
     *
     * @throws AppError 404
     */
    async remove(caller: Caller, id: number, concerns: Concerns): Promise<void> {
      const { id: importId, userId } = await find(caller, id)
      concerns(userId)
      const { count } = await database.import.updateMany({
        where: { id: importId, status: { in: ['queued', 'running'] } },
        data: { status: 'cancelled', finishedAt: new Date(), rowsLoaded: 0 },
      })
      if (count > 0) {
        await chunks.remove(importId, 'upload')
        await chunks.remove(importId, 'rejects')
        return
      }
      await database.import.deleteMany({ where: { id: importId } })
      await deleteWorkLog(dataDir, { kind: 'import', id: importId })
    },

    /**
     * Reads the rejects as a CSV file. Account numbers are masked for all but the account that sent the file.
     *
     * @param safe whether cells that a spreadsheet would run are disarmed
     * @throws AppError 404, 409 while the import is not finished
     */
    async rejects(
      caller: Requester,
      id: number,
      safe = false,
      concerns?: Concerns,
    ): Promise<Readable> {
      const { id: importId, options, status, userId } = await find(caller, id)
      concerns?.(userId)
      if (status === 'queued' || status === 'running') {
        throw conflict(
          'import_not_finished',
          `The import is ${status}; try again when it is finished`,
        )
      }
      const pieces = chunks.read(importId, 'rejects')
      const isOwn = Number(userId) === caller.id
      const maskedBy = isOwn ? undefined : renamesOf(options as unknown as ImportOptions)
      const shown = isOwn && !safe ? pieces : rewriteRejects(pieces, { maskedBy, safe })
      return Readable.from(shown, { objectMode: false, highWaterMark: 1 })
    },

    /**
     * Reports the progress of an import as server-sent events.
     *
     * @param gone aborted when the client closes the connection
     * @throws AppError 404
     */
    async events(caller: Caller, id: number, gone: AbortSignal): Promise<Readable> {
      await find(caller, id)
      const ended = AbortSignal.any([closing.signal, gone])
      return Readable.from(follow(id, ended), { objectMode: false })
    },

    /**
     * Loads an import, then those that wait. Does nothing if the import is deleted, finished or
     * being loaded, or if {@link MAX_RUNNING} imports are running.
     */
    run,

    /** Deletes leftovers, and runs imports that wait or lost their worker. */
    async sweep(): Promise<void> {
      for (const id of await sweepImports(database, retentionHours)) await run(id)
    },

    /** The path of an import's log, on the machine that loads it. */
    logFile: (id: bigint): string => workLogFile(dataDir, { kind: 'import', id }),

    /** Ends all event streams, so that the process can stop. */
    endEvents: () => closing.abort(),
  }
}
