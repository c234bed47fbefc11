import { once } from 'node:events'
import { Readable } from 'node:stream'
import { to as copyTo } from 'pg-copy-streams'
import { overloaded } from '../errors.ts'
import { connectDedicated } from './dedicated-connection.ts'

/** A download takes as long as its reader; its request waits for the beginning. */
const LIMITS = { statement: 6 * 3_600_000, lock: 4_000, connect: 2_000 }
const MAX_BEGIN_MS = 4_000
/** Who takes nothing for so long is gone: an open reading keeps the whole database from cleaning up. */
const STALLED_MS = 60_000

async function* joined(head: string, rows: Readable) {
  const giveUp = setTimeout(() => rows.destroy(new Error('Nobody reads any more')), STALLED_MS)
  try {
    yield Buffer.from(head)
    for await (const chunk of rows) {
      giveUp.refresh()
      yield chunk as Buffer
    }
  } finally {
    clearTimeout(giveUp)
  }
}

/**
 * Streams what a query finds as CSV (`COPY`), as fast as it is read, over a connection of its own that ends with
 * the stream. All rows are of the moment at which it begins.
 *
 * @param head stands in front of the rows
 * @returns the stream, once its first rows are there
 * @throws the server's error when the query cannot run
 */
export async function copyOut(databaseUrl: string, query: string, head: string): Promise<Readable> {
  const client = await connectDedicated(databaseUrl, 'passbook export', LIMITS)
  const end = () => void client.end().catch(() => undefined)
  const late = setTimeout(() => client.connection.stream.destroy(overloaded()), MAX_BEGIN_MS)
  try {
    // Rows come in the order of an index at once, instead of being sorted first.
    await client.query('SET enable_sort = off')
    const rows = client.query(copyTo(`COPY (${query}) TO STDOUT WITH (FORMAT csv)`))
    // It fails once more when its connection ends.
    rows.on('error', () => undefined)
    await once(rows, 'readable')
    return Readable.from(joined(head, rows), { objectMode: false }).once('close', end)
  } catch (error) {
    end()
    throw error
  } finally {
    clearTimeout(late)
  }
}
