import { Readable } from 'node:stream'
import type { PlainDatabase } from '../../database/client.ts'
import { conflict, notFound } from '../../errors.ts'
import type { Nudge } from '../../events/relay.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { acceptFile, reachable, type Who } from './accept-file.ts'
import { type AttemptDeps, ImportAttempt } from './attempt.ts'
import { createChunks } from './chunks.ts'
import { createImportEvents } from './import-events.ts'
import { deleteImportLog, logFile } from './import-log.ts'
import { type ImportRecord, importView } from './imports.view.ts'
import type { Progress } from './progress.ts'
import type { ImportQuery } from './query.ts'
import { storedOnDisk } from './source.ts'
import { sweepImports } from './sweep.ts'
import { createUploads, type Incoming, type Upload } from './uploads.ts'

/** So many imports run in a process at a time; others wait. */
const MAX_AT_A_TIME = 2

export type ImportService = ReturnType<typeof createImportService>
export type { ImportRecord, Upload }

interface Deps extends Omit<AttemptDeps, 'chunks'> {
  readonly plain: PlainDatabase
  readonly crypto: FieldCrypto
  readonly outbox: Nudge
  /** How long rejects are kept. */
  readonly retentionHours: number
}

export function createImportService(deps: Deps) {
  const { database, plain, crypto, outbox, dataDir, maxBytes, retentionHours } = deps
  const chunks = createChunks({ database, plain, crypto })
  const uploads = createUploads({ database, chunks, maxBytes })
  const attemptDeps: AttemptDeps = { ...deps, chunks }
  const running = new Set<number>()
  const closing = new AbortController()
  const follow = createImportEvents(async (id) => {
    const record = await database.import.findUnique({ where: { id } })
    return record === null ? undefined : importView(record)
  })

  async function find(caller: Who, id: number): Promise<ImportRecord> {
    const record = await database.import.findFirst({ where: { id, ...reachable(caller) } })
    if (record === null) throw notFound('Import', id)
    return record
  }

  async function run(id: number): Promise<void> {
    if (running.has(id) || running.size >= MAX_AT_A_TIME) return
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
    /** Takes in a file. @throws AppError 400, 408, 413, 415, 422 */
    receive: (caller: Caller, query: ImportQuery, requestId: string, file: Incoming) =>
      uploads.receive(caller.id, query, requestId, file),

    /**
     * Makes an import of a file that has arrived. With it `import.requested` is committed, so that a worker loads it.
     *
     * @returns with `known` the import that the same file has already
     * @throws AppError 409 when a dataset of this name exists and is not to be replaced
     */
    async create(
      caller: Caller,
      query: ImportQuery,
      upload: Upload,
    ): Promise<{ readonly record: ImportRecord; readonly known: boolean }> {
      const stored = await acceptFile(database, caller, query, upload)
      outbox.nudge()
      return stored
    },

    /**
     * Loads a file of this machine's disk in this process, for an account.
     *
     * @param watch told how far it is
     * @returns the import, when it has ended; with `known` the one that the same file has already
     * @throws AppError 409, 422 as for one that is sent
     */
    async loadFile(
      userId: number,
      query: ImportQuery,
      path: string,
      watch: (progress: Progress) => void,
    ): Promise<{ readonly record: ImportRecord; readonly known: boolean }> {
      const upload = await uploads.receiveFromDisk(userId, query, path)
      try {
        const { record, known } = await acceptFile(
          database,
          { id: userId, role: 'admin' },
          query,
          upload,
        )
        if (known) return { record, known }
        await ImportAttempt.run(attemptDeps, Number(upload.importId), storedOnDisk(path), watch)
        const ended = await database.import.findUniqueOrThrow({ where: { id: upload.importId } })
        return { record: ended, known }
      } finally {
        await upload.release()
      }
    },

    /** @throws AppError 404 */
    get: find,

    /** Newest first. @throws AppError 422 */
    async list(caller: Caller, query: PagingQuery): Promise<Page<ImportRecord>> {
      const where = reachable(caller)
      return await pageById(
        query,
        'desc',
        (range) =>
          database.import.findMany({ ...range, where: { AND: [where, range.where ?? {}] } }),
        () => database.import.count({ where }),
      )
    },

    /**
     * Cancels one that waits or runs: whoever loads it notices. Deletes the record of one that has ended.
     *
     * @throws AppError 404
     */
    async remove(caller: Caller, id: number): Promise<void> {
      const { id: importId } = await find(caller, id)
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
      await deleteImportLog(dataDir, importId)
    },

    /** The refused rows as a file. @throws AppError 404, 409 while it has not ended */
    async rejects(caller: Who, id: number): Promise<Readable> {
      const { id: importId, status } = await find(caller, id)
      if (status === 'queued' || status === 'running') {
        throw conflict(
          'import_not_finished',
          `The import is ${status}; look again when it has ended`,
        )
      }
      const pieces = chunks.read(importId, 'rejects')
      return Readable.from(pieces, { objectMode: false, highWaterMark: 1 })
    },

    /**
     * What happens to it, as server-sent events.
     *
     * @param gone set when nobody follows any more
     * @throws AppError 404
     */
    async events(caller: Caller, id: number, gone: AbortSignal): Promise<Readable> {
      await find(caller, id)
      const ended = AbortSignal.any([closing.signal, gone])
      return Readable.from(follow(id, ended), { objectMode: false })
    },

    /** Loads an import, unless it is gone, done, or somebody loads it; or so many run that it has to wait. */
    run,

    /** Deletes what nobody needs, and takes up what waits or lost its worker. */
    async sweep(): Promise<void> {
      for (const id of await sweepImports(database, retentionHours)) await run(id)
    },

    /** Where the log of an import is, on the machine that loads it. */
    logFile: (id: bigint): string => logFile(dataDir, id),

    /** Ends the events that are followed, so that the process can stop. */
    endEvents: () => closing.abort(),
  }
}
