import { REJECT_COLUMNS, type RefusedRow, type RejectSink } from '../../csv/file/source.ts'
import { csvLine } from '../../csv/write.ts'
import type { Chunks } from './chunks.ts'
import { ImportError } from './kinds/loader.ts'
import type { ImportOptions } from './kinds/options.ts'

/** A piece of the file of rejects, in characters. */
const PIECE_LENGTH = 256 * 1024

/** Writes the rejects of one attempt. */
export interface RejectWriter extends RejectSink {
  readonly count: number
  /** Writes what is left. */
  end(): Promise<void>
  /** Forgets what was written. */
  reset(): Promise<void>
}

/** Stores refused rows as a CSV file, in pieces; holds no more than one, and what one batch adds to it. */
export function createRejects(
  chunks: Chunks,
  importId: bigint,
  { onError, maxErrors }: Pick<ImportOptions, 'onError' | 'maxErrors'>,
): RejectWriter {
  let lines: string[] = []
  let length = 0
  let position = 0
  let count = 0

  const add = (cells: readonly string[]) => {
    const line = csvLine(cells)
    lines.push(line)
    length += line.length
  }

  async function flush(): Promise<void> {
    if (lines.length === 0) return
    const bytes = Buffer.from(lines.join(''))
    lines = []
    length = 0
    await chunks.append(importId, 'rejects', position, bytes)
    position += 1
  }

  function assertGoesOn({ line, reason }: RefusedRow): void {
    if (onError === 'abort') throw new ImportError('row_refused', reason, line)
    if (maxErrors !== null && count > maxErrors) {
      const text = `More than ${maxErrors} rows were refused.`
      throw new ImportError('too_many_rejects', text, line)
    }
  }

  return {
    get count() {
      return count
    },
    header: (names) => add([...REJECT_COLUMNS, ...names]),
    refuse(row) {
      count += 1
      add([String(row.line), row.column, row.code, row.reason, ...row.cells])
      assertGoesOn(row)
    },
    async settle() {
      if (length >= PIECE_LENGTH) await flush()
    },
    end: flush,
    async reset() {
      lines = []
      length = 0
      count = 0
      position = 0
      await chunks.remove(importId, 'rejects')
    },
  }
}
