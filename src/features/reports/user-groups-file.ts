import { readSnapshot } from '../../database/snapshot.ts'
import type { UserGroupKind } from '../../generated/schemas.ts'
import { readGroups } from './read-groups.ts'
import { createWriter, type FileLayout } from './writers.ts'

/** Approximate size of a chunk, in bytes. */
const CHUNK_BYTES = 256 * 1024
/** Receives the next chunk of a file and the progress after it, from 0 to 1. */
export type TakeChunk = (content: Buffer, progress: number) => Promise<void>

/** The result of one grouping. */
export interface GroupingResult {
  readonly kinds: readonly UserGroupKind[]
  readonly groups: number
  /** Rows read: one for each group, or with members one for each 1,000 members of a group. */
  readonly rows: number
  readonly seconds: number
}

/** The result of writing a file. */
export interface FileResult {
  readonly groups: number
  readonly bytes: number
}

/** Collects text into chunks. Holds at most one chunk. */
function collector(take: TakeChunk) {
  let waiting: string[] = []
  let length = 0
  let bytes = 0
  return {
    bytes: () => bytes,
    /** @returns whether a chunk is full */
    add(text: string): boolean {
      waiting.push(text)
      length += text.length
      return length >= CHUNK_BYTES
    },
    async flush(progress: number): Promise<void> {
      const content = Buffer.from(waiting.join(''))
      waiting = []
      length = 0
      bytes += content.length
      if (content.length > 0) await take(content, progress)
    },
  }
}

/**
 * Writes the groups of all users, from one snapshot of the database. It holds neither all rows nor
 * the whole file in memory.
 *
 * @param take receives one chunk after the other; if it throws, writing ends
 * @param done called after each grouping
 */
export async function writeUserGroups(
  databaseUrl: string,
  layout: FileLayout,
  take: TakeChunk,
  done: (result: GroupingResult) => void = () => undefined,
): Promise<FileResult> {
  const { groupings, includeMembers } = layout
  const writer = createWriter(layout)
  const out = collector(take)
  let groups = 0

  await readSnapshot(databaseUrl, async (snapshot) => {
    out.add(writer.begin())
    for (const [index, kinds] of groupings.entries()) {
      const started = performance.now()
      const progressOf = (part: number) => (index + part) / groupings.length
      let groupCount = 0
      let rows = 0
      out.add(writer.beginGrouping(kinds))
      for await (const batch of readGroups(snapshot, kinds, includeMembers)) {
        for (const { row, progress } of batch) {
          groupCount = row.position
          if (out.add(writer.row(row))) await out.flush(progressOf(progress))
        }
        rows += batch.length
      }
      out.add(writer.endGrouping())
      groups += groupCount
      done({ kinds, groups: groupCount, rows, seconds: (performance.now() - started) / 1000 })
    }
    out.add(writer.end())
    await out.flush(1)
  })
  return { groups, bytes: out.bytes() }
}
