import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { type Database, violatesForeignKey } from '../../database/client.ts'
import { AppError, bodyError, invalid, queryError, unauthorized } from '../../errors.ts'
import type { Chunks } from './chunks.ts'
import type { ImportKind } from './kinds/loader.ts'
import { storedOnDisk } from './source.ts'

/** A piece of a file as it is stored, in bytes. */
const PIECE_BYTES = 256 * 1024
/** How often an upload says that somebody sends it: the sweep deletes silent ones. */
const SIGN_OF_LIFE_MS = 10_000
const GZIP = [0x1f, 0x8b]
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/

/** A file as it comes in. */
export interface Incoming {
  readonly pieces: AsyncIterable<Buffer>
  /** What a form calls it. */
  readonly fileName?: string | undefined
  /** Whether it is said to be gzip. */
  readonly isGzip: boolean
}

/** A file that has arrived, and the record that holds it and is shown to nobody yet. */
export interface Upload {
  readonly importId: bigint
  readonly name: string
  readonly sha256: Buffer
  readonly bytes: number
  readonly compressed: boolean
  /** Whether its pieces are in the database. */
  readonly hasUpload: boolean
  /** Deletes it unless an import was made of it. */
  release(): Promise<void>
  /** What tells its request from others. */
  toJSON(): object
}

interface Deps {
  readonly database: Database
  readonly chunks: Chunks
  /** The largest file, in bytes as it is sent. */
  readonly maxBytes: number
}

/** What an import is to be. */
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

/** The name of a file without its endings, as far as it can be the name of an import. */
function nameOf(fileName: string | undefined): string | undefined {
  const stem = fileName?.replace(/(\.(csv|tsv|txt|gz))+$/i, '').replace(/[^A-Za-z0-9_.-]+/g, '_')
  const name = stem?.replace(/^[.-]+/, '').slice(0, 63)
  return name !== undefined && NAME.test(name) ? name : undefined
}

/** Pieces of equal length, but for the last. */
async function* inPieces(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let parts: Buffer[] = []
  let length = 0
  for await (const part of file) {
    parts.push(part)
    length += part.length
    while (length >= PIECE_BYTES) {
      const all = Buffer.concat(parts)
      yield all.subarray(0, PIECE_BYTES)
      parts = [all.subarray(PIECE_BYTES)]
      length -= PIECE_BYTES
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
      // The caller's account was deleted since the request was let in.
      throw violatesForeignKey(error) ? accountGone() : error
    }
  }

  /** Reads a file for what is to be known of it. @param keep what becomes of the pieces */
  async function take(
    { pieces, isGzip }: Incoming,
    keep: (piece: Buffer, position: number) => Promise<void>,
  ) {
    const hash = createHash('sha256')
    let bytes = 0
    let position = 0
    let compressed = false
    for await (const piece of inPieces(pieces)) {
      if (position === 0) {
        compressed = piece[0] === GZIP[0] && piece[1] === GZIP[1]
        if (isGzip && !compressed) throw problem('not_gzip', 'The file is not packed by gzip')
      }
      bytes += piece.length
      if (bytes > maxBytes) throw tooLarge()
      hash.update(piece)
      await keep(piece, position)
      position += 1
    }
    if (bytes === 0) throw problem('empty_file', 'The file is empty')
    return { bytes, compressed, sha256: hash.digest() }
  }

  /** Says at intervals, when it is called, that somebody reads the file. */
  function signs(importId: bigint): () => Promise<void> {
    let nextSign = Date.now() + SIGN_OF_LIFE_MS
    return async () => {
      if (Date.now() < nextSign) return
      await database.import.update({ where: { id: importId }, data: { aliveAt: new Date() } })
      nextSign = Date.now() + SIGN_OF_LIFE_MS
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
        queryError('name', 'required', 'is required: send a name, as the file brings none'),
      ])
    }
    const importId = await begin(userId, kind, requestId)
    try {
      const sign = signs(importId)
      const taken = await take(incoming, async (piece, position) => {
        if (hasUpload) await chunks.append(importId, 'upload', position, piece)
        await sign()
      })
      return {
        importId,
        name,
        ...taken,
        hasUpload,
        release: async () => void (await discard(importId)),
        toJSON: () => ({ name, sha256: taken.sha256.toString('hex') }),
      }
    } catch (error) {
      const { count } = await discard(importId)
      // The record goes with its account.
      throw count === 0 ? accountGone() : error
    }
  }

  return {
    /**
     * Takes in a file that is sent. What is cut off leaves nothing behind.
     *
     * @throws AppError 413, 422 for a file without bytes, one that is not packed as it says, or
     *   without a name
     */
    receive: (userId: number, query: NamedKind, requestId: string, incoming: Incoming) =>
      receive(userId, query, requestId, incoming, true),

    /** Reads a file of this machine's disk, where it stays. @throws AppError 413, 422 */
    receiveFromDisk(userId: number, query: NamedKind, path: string): Promise<Upload> {
      const incoming = { pieces: storedOnDisk(path)(), fileName: basename(path), isGzip: false }
      return receive(userId, query, null, incoming, false)
    },
  }
}
