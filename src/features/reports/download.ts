import { Readable } from 'node:stream'
import type { Database } from '../../database/client.ts'

/** The pieces of a file, one after the other. A report that is deleted meanwhile ends in an error. */
async function* pieces(database: Database, reportId: bigint, bytes: bigint) {
  let sent = 0n
  for (let position = 0; sent < bytes; position += 1) {
    const { content } = await database.reportChunk.findUniqueOrThrow({
      where: { reportId_position: { reportId, position } },
    })
    sent += BigInt(content.length)
    yield content
  }
}

/** The file of a completed report as a stream that holds a piece or two in memory. */
export const openFile = (database: Database, reportId: bigint, bytes: bigint): Readable =>
  Readable.from(pieces(database, reportId, bytes), { objectMode: false, highWaterMark: 1 })
