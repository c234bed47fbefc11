import { Readable } from 'node:stream'
import type { Database } from '../../database/client.ts'

/** Reads the chunks of a file in order. @throws when the report is deleted meanwhile */
async function* readChunks(database: Database, reportId: bigint, bytes: bigint) {
  let sent = 0n
  for (let position = 0; sent < bytes; position += 1) {
    const { content } = await database.reportChunk.findUniqueOrThrow({
      where: { reportId_position: { reportId, position } },
    })
    sent += BigInt(content.length)
    yield content
  }
}

/** Opens the file of a completed report. The stream holds at most two chunks in memory. */
export const openFile = (database: Database, reportId: bigint, bytes: bigint): Readable =>
  Readable.from(readChunks(database, reportId, bytes), { objectMode: false, highWaterMark: 1 })
