import { once } from 'node:events'
import { Readable } from 'node:stream'
import { to as copyTo } from 'pg-copy-streams'
import { overloaded } from '../errors.ts'
import { connectDedicated } from './dedicated-connection.ts'

/** Exports that a process may have open: each holds a connection, of which PostgreSQL has 100 by default. */
const MAX_OPEN = 20
/** A download takes as long as its reader; its request waits for the beginning. */
const LIMITS = { statement: 6 * 3_600_000, lock: 4_000, connect: 2_000 }
const MAX_BEGIN_MS = 4_000
/** Who takes nothing for so long is gone: an open reading keeps the whole database from cleaning up. */
const STALLED_MS = 60_000

/** How what PostgreSQL sends becomes the file. */
export interface CopyForm {
  /** Stands in front of the rows. */
  readonly head: string
  /** Rewrites the rows piece by piece; a piece may end within a row. */
  readonly rewrite: (piece: Buffer) => Buffer
}

let open = 0

async function* inForm({ head, rewrite }: CopyForm, rows: Readable) {
  const giveUp = setTimeout(() => rows.destroy(new Error('Nobody reads any more')), STALLED_MS)
  try {
    yield Buffer.from(head)
    for await (const piece of rows) {
      giveUp.refresh()
      yield rewrite(piece as Buffer)
    }
  } finally {
    clearTimeout(giveUp)
  }
}

/**
 * Streams what a query finds as CSV (`COPY`), as fast as it is read, over a connection of its own that ends with
 * the stream. All rows are of the moment at which it begins.
 *
 * @returns the stream, once its first rows are there
 * @throws the server's error when the query cannot run; AppError 503 when too many exports are open
 */
export async function copyOut(
  databaseUrl: string,
  query: string,
  form: CopyForm,
): Promise<Readable> {
  if (open >= MAX_OPEN) throw overloaded()
  open += 1
  const close = () => {
    open -= 1
  }
  const client = await connectDedicated(databaseUrl, 'passbook export', LIMITS).catch(
    (error: unknown) => {
      close()
      throw error
    },
  )
  const end = () => {
    close()
    void client.end().catch(() => undefined)
  }
  const late = setTimeout(() => client.connection.stream.destroy(overloaded()), MAX_BEGIN_MS)
  try {
    // Rows come in the order of an index at once, instead of being sorted first.
    await client.query('SET enable_sort = off')
    const rows = client.query(copyTo(`COPY (${query}) TO STDOUT WITH (FORMAT csv)`))
    // It fails once more when its connection ends.
    rows.on('error', () => undefined)
    await once(rows, 'readable')
    return Readable.from(inForm(form, rows), { objectMode: false }).once('close', end)
  } catch (error) {
    end()
    throw error
  } finally {
    clearTimeout(late)
  }
}
