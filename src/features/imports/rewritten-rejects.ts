import { REJECT_COLUMNS } from '../../csv/file/source.ts'
import { CsvParser } from '../../csv/parse/parser.ts'
import { csvLine } from '../../csv/write.ts'
import { maskAccountNumber, maskAccountNumbersIn } from '../bank-accounts/bank-accounts.public.ts'
import { fieldNames, type ImportOptions } from './kinds/options.ts'
import { AMOUNT_FIELDS } from './kinds/shapes.ts'

/** Longer cells are cut, because masking one takes the process as long as it is. */
const MAX_CELL_LENGTH = 10_000
/** The longest row of a file is 16 MiB, and quotes may double it. */
const MAX_ROW_BYTES = 48 * 1024 * 1024
const MAX_COLUMNS = 100_000

/** Fields whose values look like account numbers, and are none. */
const OTHER_CODES: readonly (string | undefined)[] = [
  'pincode',
  'ifsc_code',
  'user_id',
  'transaction_date',
  ...AMOUNT_FIELDS,
]

/** Masks a cell, by the field that its column is. */
function maskCell(text: string, field: string | undefined): string {
  const cell = text.slice(0, MAX_CELL_LENGTH)
  if (field === 'account_number') return maskAccountNumber(cell)
  return OTHER_CODES.includes(field) ? cell : maskAccountNumbersIn(cell)
}

/** How the rows of rejects are shown to somebody. */
export interface ShownRejects {
  /** For all but the account that sent the file: the names that the import gives its columns. */
  readonly maskedBy?: ImportOptions['rename'] | undefined
  /** Whether cells that a spreadsheet would run are disarmed. */
  readonly safe: boolean
}

/**
 * Creates the function that masks the account numbers in the rows of rejects, header first. A cell of
 * another column may hold one as well, where a delimiter was missing or no column could be matched:
 * so whatever looks like one is masked.
 */
function createMask(renames: ImportOptions['rename']) {
  const lead = REJECT_COLUMNS.length
  let fields: readonly string[] | undefined

  return (cells: readonly string[]): readonly string[] => {
    // Names of columns are cells of somebody where the file has no header.
    const masked = (kinds: readonly string[]) => [
      ...cells.slice(0, lead).map(maskAccountNumbersIn),
      ...cells.slice(lead).map((text, column) => maskCell(text, kinds[column])),
    ]
    if (fields === undefined) {
      fields = fieldNames(cells.slice(lead), renames)
      return masked([])
    }
    // The cells of a row of another width may be those of other columns.
    return masked(cells.length === lead + fields.length ? fields : [])
  }
}

/** Rewrites the rejects of an import for those who must not see them as they stood. */
export async function* rewriteRejects(
  pieces: AsyncIterable<Uint8Array>,
  { maskedBy, safe }: ShownRejects,
): AsyncGenerator<Buffer, void> {
  const parser = new CsvParser({
    lineEnd: 'crlf',
    maxRowBytes: MAX_ROW_BYTES,
    maxColumns: MAX_COLUMNS,
  })
  const mask = maskedBy === undefined ? undefined : createMask(maskedBy)
  const lineOf = (cells: readonly string[]) => csvLine(mask?.(cells) ?? cells, { safe })
  for await (const piece of pieces) {
    for (const batch of parser.push(piece)) {
      const lines = Array.from({ length: batch.rows }, (_, row) => lineOf(batch.texts(row)))
      yield Buffer.from(lines.join(''))
    }
  }
  for (const batch of parser.end()) {
    yield Buffer.from(lineOf(batch.texts(0)))
  }
}
