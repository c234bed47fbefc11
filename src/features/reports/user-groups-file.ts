import { readSnapshot } from '../../database/snapshot.ts'
import type { UserGroupKind } from '../../generated/schemas.ts'
import { readGroups } from './read-groups.ts'
import { createWriter, type FileLayout } from './writers.ts'

/** A piece of a file has about so many bytes. */
const PIECE_BYTES = 256 * 1024
/** Takes a file's next piece and how much of the file is done then, from 0 to 1. */
export type TakePiece = (content: Buffer, progress: number) => Promise<void>

/** What one grouping came to. */
export interface GroupingResult {
  readonly kinds: readonly UserGroupKind[]
  readonly groups: number
  /** Rows read: groups, or with members their pieces of 1,000 members. */
  readonly rows: number
  readonly seconds: number
}

/** What a file came to. */
export interface FileResult {
  readonly groups: number
  readonly bytes: number
}

/** Collects text into pieces; holds one at most. */
function collector(take: TakePiece) {
  let waiting: string[] = []
  let length = 0
  let bytes = 0
  return {
    bytes: () => bytes,
    /** @returns whether there is a piece to take */
    add(text: string): boolean {
      waiting.push(text)
      length += text.length
      return length >= PIECE_BYTES
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
 * Writes the groups of all users, of one state of the database. What is read and what is written is
 * never in memory as a whole.
 *
 * @param take called with one piece after the other; what it throws ends the work
 * @param done called after each grouping
 */
export async function writeUserGroups(
  databaseUrl: string,
  layout: FileLayout,
  take: TakePiece,
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
      let found = 0
      let rows = 0
      out.add(writer.beginGrouping(kinds))
      for await (const batch of readGroups(snapshot, kinds, includeMembers)) {
        for (const { row, progress } of batch) {
          found = row.position
          if (out.add(writer.row(row))) await out.flush(progressOf(progress))
        }
        rows += batch.length
      }
      out.add(writer.endGrouping())
      groups += found
      done({ kinds, groups: found, rows, seconds: (performance.now() - started) / 1000 })
    }
    out.add(writer.end())
    await out.flush(1)
  })
  return { groups, bytes: out.bytes() }
}
