import type { UserGroupKind } from '../../generated/schemas.ts'
import type { Database } from '../../platform/prisma.ts'
import { readGroups } from './reports.cursor.ts'
import { createWriter, type FileLayout } from './reports.writers.ts'

/** A piece of a file has about so many bytes. */
const PIECE_BYTES = 256 * 1024
/** Reading everything may take a while; the connection pool's own limit is for requests. */
const LONGEST_MS = 6 * 3_600_000

/** Takes a file's next piece and how much of the file is done then, from 0 to 1. */
export type TakePiece = (content: Buffer, progress: number) => Promise<void>

/** What one grouping came to. */
export interface GroupingResult {
  readonly kinds: readonly UserGroupKind[]
  readonly groups: number
  /** Groups, or with members their members all in all. */
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
    async add(text: string, progress: number): Promise<void> {
      waiting.push(text)
      length += text.length
      if (length >= PIECE_BYTES) await this.flush(progress)
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
  database: Database,
  layout: FileLayout,
  take: TakePiece,
  done: (result: GroupingResult) => void = () => undefined,
): Promise<FileResult> {
  const { groupings, includeMembers } = layout
  const writer = createWriter(layout)
  const out = collector(take)
  let groups = 0

  await database.$transaction(
    async (tx) => {
      await out.add(writer.begin(), 0)
      for (const [index, kinds] of groupings.entries()) {
        const started = performance.now()
        const progressOf = (part: number) => (index + part) / groupings.length
        let found = 0
        let read = 0
        await out.add(writer.beginGrouping(kinds), progressOf(0))
        for await (const rows of readGroups(tx, kinds, includeMembers)) {
          for (const row of rows) {
            read += row.members === undefined ? 1 : row.members.split(',').length
            found = row.position
            await out.add(writer.row(row), progressOf(read / row.total))
          }
        }
        await out.add(writer.endGrouping(), progressOf(1))
        groups += found
        done({ kinds, groups: found, rows: read, seconds: (performance.now() - started) / 1000 })
      }
      await out.add(writer.end(), 1)
      await out.flush(1)
    },
    { isolationLevel: 'RepeatableRead', timeout: LONGEST_MS },
  )
  return { groups, bytes: out.bytes() }
}
