import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { type Database, violatesForeignKey } from '../../database/client.ts'
import { AppError, bodyError, invalid, queryError, unauthorized } from '../../errors.ts'
import type { Chunks } from './chunks.ts'
import type { ImportKind } from './kinds/loader.ts'
import { storedOnDisk } from './source.ts'

/** Size of a stored chunk. */
const CHUNK_BYTES = 256 * 1024
/** Interval of an upload's heartbeat. The sweep deletes uploads without one. */
const HEARTBEAT_MS = 10_000
/** The first bytes of a gzip file. */
const GZIP = [0x1f, 0x8b]
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/

/** A file that is being received. */
export interface Incoming {
  readonly pieces: AsyncIterable<Buffer>
  /** The file name in a form. */
  readonly fileName?: string | undefined
  /** Whether the request declares it as gzip. */
  readonly isGzip: boolean
}

/** A received file, and its record, which the API hides until it becomes an import. */
export interface Upload {
  readonly importId: bigint
  readonly name: string
  readonly sha256: Buffer
  readonly bytes: number
  readonly compressed: boolean
  /** Whether its chunks are in the database. */
  readonly hasUpload: boolean
  /** Deletes the record, unless it has become an import. */
  release(): Promise<void>
  /** What identifies the request when an Idempotency-Key is sent again. */
  toJSON(): object
}

interface Deps {
  readonly database: Database
  readonly chunks: Chunks
  /** The maximum size of a file as it is sent, in bytes. */
  readonly maxBytes: number
}

/** The kind and name that a request gives. */
interface NamedKind {
  readonly kind: ImportKind
  readonly name?: string
}

const problem = (code: string, message: string) => invalid([bodyError('', code, message)])

const tooLarge = () =>
  new AppError(413, 'file_too_large', 'The file is larger than the service accepts', {
    headers: { connection: 'close' },
  })

const accountGone = () => unauthorized('The account of this access token was deleted')

/** The file name without its extensions, if it makes a valid name of an import. */
function nameOf(fileName: string | undefined): string | undefined {
  const stem = fileName?.replace(/(\.(csv|tsv|txt|gz))+$/i, '').replace(/[^A-Za-z0-9_.-]+/g, '_')
  const name = stem?.replace(/^[.-]+/, '').slice(0, 63)
  return name !== undefined && NAME.test(name) ? name : undefined
}

/** Splits a file into chunks of equal length; the last one may be shorter. */
async function* inChunks(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let parts: Buffer[] = []
  let length = 0
  for await (const part of file) {
    parts.push(part)
    length += part.length
    while (length >= CHUNK_BYTES) {
      const all = Buffer.concat(parts)
      yield all.subarray(0, CHUNK_BYTES)
      parts = [all.subarray(CHUNK_BYTES)]
      length -= CHUNK_BYTES
    }
  }
  if (length > 0) yield Buffer.concat(parts)
}

export function createUploads({ database, chunks, maxBytes }: Deps) {
  const discard = (importId: bigint) =>
    database.import.deleteMany({ where: { id: importId, status: 'uploading' } })

  async function begin(
    userId: number,
    kind: ImportKind,
    requestId: string | null,
  ): Promise<bigint> {
    try {
      const { id } = await database.import.create({
        data: { userId, kind, name: kind, options: {}, requestId },
        select: { id: true },
      })
      return id
    } catch (error) {
      // The caller's account was deleted after the request was authenticated.
      throw violatesForeignKey(error) ? accountGone() : error
    }
  }

  /** Reads a file to its end: counts, hashes and checks it. @param keep receives each chunk */
  async function readFile(
    { pieces, isGzip }: Incoming,
    keep: (chunk: Buffer, position: number) => Promise<void>,
  ) {
    const hash = createHash('sha256')
    let bytes = 0
    let position = 0
    let compressed = false
    for await (const chunk of inChunks(pieces)) {
      if (position === 0) {
        compressed = chunk[0] === GZIP[0] && chunk[1] === GZIP[1]
        if (isGzip && !compressed) {
          throw problem('not_gzip', 'The file is not gzip; send it without Content-Encoding')
        }
      }
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge()
      hash.update(chunk)
      await keep(chunk, position)
      position += 1
    }
    if (bytes === 0) throw problem('empty_file', 'The file is empty; send a file with content')
    return { bytes, compressed, sha256: hash.digest() }
  }

  /** Creates a function that writes a heartbeat into the record, at most once per interval. */
  function createHeartbeat(importId: bigint): () => Promise<void> {
    let nextBeat = Date.now() + HEARTBEAT_MS
    return async () => {
      if (Date.now() < nextBeat) return
      await database.import.update({ where: { id: importId }, data: { aliveAt: new Date() } })
      nextBeat = Date.now() + HEARTBEAT_MS
    }
  }

  async function receive(
    userId: number,
    query: NamedKind,
    requestId: string | null,
    incoming: Incoming,
    hasUpload: boolean,
  ): Promise<Upload> {
    const { kind } = query
    const name = query.name ?? nameOf(incoming.fileName) ?? (kind === 'dataset' ? undefined : kind)
    if (name === undefined) {
      throw invalid([
        queryError('name', 'required', 'is required: send a name, as the file has none'),
      ])
    }
    const importId = await begin(userId, kind, requestId)
    try {
      const heartbeat = createHeartbeat(importId)
      const file = await readFile(incoming, async (chunk, position) => {
        if (hasUpload) await chunks.append(importId, 'upload', position, chunk)
        await heartbeat()
      })
      return {
        importId,
        name,
        ...file,
        hasUpload,
        release: async () => void (await discard(importId)),
        toJSON: () => ({ name, sha256: file.sha256.toString('hex') }),
      }
    } catch (error) {
      const { count } = await discard(importId)
      // Deleting the account deleted the record.
      throw count === 0 ? accountGone() : error
    }
  }

  return {
    /**
     * Receives an uploaded file. A cut-off upload leaves nothing behind.
     *
     * @throws AppError 413; 422 for an empty file, one declared as gzip that is not, or one without
     *   a name
     */
    receive: (userId: number, query: NamedKind, requestId: string, incoming: Incoming) =>
      receive(userId, query, requestId, incoming, true),

    /** Reads a file on this machine's disk, and stores none of it. @throws AppError 413, 422 */
    receiveFromDisk(userId: number, query: NamedKind, path: string): Promise<Upload> {
      const incoming = { pieces: storedOnDisk(path)(), fileName: basename(path), isGzip: false }
      return receive(userId, query, null, incoming, false)
    },
  }
}
