import type { GivenDialect } from '../../../src/csv/detect/dialect.ts'
import { openRows } from '../../../src/csv/file/open-rows.ts'
import type { CheckRow } from '../../../src/csv/file/row-file.ts'
import type { RefusedRow } from '../../../src/csv/file/source.ts'
import { cut } from '../read.ts'

/** How a test reads a file. */
export interface Reading extends GivenDialect {
  readonly ragged?: 'reject' | 'pad'
  readonly types?: 'infer' | 'text'
  /** Chunk lengths, used in rotation; one chunk if absent. */
  readonly lengths?: readonly number[]
  readonly check?: CheckRow
}

/** Reads a whole file and returns its rows, its rejects and its dialect. */
export async function readFile(content: string | Buffer, reading: Reading = {}) {
  const { ragged = 'reject', types = 'infer', lengths = [], check, ...dialect } = reading
  const bytes = Buffer.from(content as string)
  async function* open() {
    yield* cut(bytes, lengths)
  }
  const rejects: RefusedRow[] = []
  let header: readonly string[] = []
  const sink = {
    header: (names: readonly string[]) => {
      header = names
    },
    refuse: (row: RefusedRow) => void rejects.push(row),
    settle: async () => undefined,
  }
  const file = await openRows({ open }, { dialect, ragged, types }, sink)
  const rows: string[][] = []
  for await (const { batch, fine, allFine } of file.batches(check)) {
    if (allFine !== !fine.includes(0)) throw new Error('allFine contradicts the rows')
    for (let row = 0; row < batch.rows; row += 1) {
      if (fine[row] === 1) rows.push(batch.texts(row).slice(file.skippedCells))
    }
  }
  return { rows, rejects, header, columns: file.columns, dialect: file.dialect, file }
}

/** Refused rows as `line code column`. */
export const briefly = (rejects: readonly RefusedRow[]): string[] =>
  rejects.map(({ line, code, column }) => `${line} ${code} ${column}`.trim())
