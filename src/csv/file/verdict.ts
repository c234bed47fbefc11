import { isUtf8 } from 'node:buffer'
import type { RowBatch } from '../parse/row-batch.ts'
import type { Shape } from './shape.ts'

/** Why a row cannot be loaded, whatever its cells mean. */
export interface Verdict {
  readonly code: string
  readonly reason: string
}

/** Checks a row of a batch and returns what is wrong with it. */
export type RowCheck = (row: number) => Verdict | undefined

const PROBLEMS: Readonly<Record<string, string>> = {
  malformed_quote: 'A cell continues after its closing quote.',
  quote_not_closed: 'A quote is opened and never closed.',
  row_too_long: 'The row is too long: only its beginning is kept, and stands here.',
  too_many_columns:
    'The row has more cells than a table can have columns: those beyond are left out here.',
}

const TOO_FEW: Verdict = { code: 'too_few_cells', reason: 'The row has fewer cells than columns.' }
const TOO_MANY: Verdict = { code: 'too_many_cells', reason: 'The row has more cells than columns.' }
const NUL: Verdict = { code: 'nul_character', reason: 'The row holds a NUL character.' }
const NOT_UTF8: Verdict = { code: 'invalid_utf8', reason: 'The row is not valid UTF-8.' }

const allBytes = (batch: RowBatch): Buffer =>
  batch.bytes.subarray(batch.rowStart[0], batch.rowEnd[batch.rows - 1])

function isEmptyFrom(batch: RowBatch, row: number, column: number): boolean {
  const end = batch.firstCell[row + 1] as number
  for (let cell = (batch.firstCell[row] as number) + column; cell < end; cell += 1) {
    if (batch.cellStart[cell] !== batch.cellEnd[cell]) return false
  }
  return true
}

/**
 * Creates the row check that needs no types: quotes, cell counts, characters that cannot be
 * stored.
 *
 * @param pad whether rows may have other cell counts
 * @param strictUtf8 whether the bytes may contain invalid UTF-8; rows with it are refused
 */
export function createRowCheck(shape: Shape, pad: boolean, strictUtf8: boolean) {
  const { width, minCells, maxCells } = shape

  function countVerdict(batch: RowBatch, row: number, cells: number): Verdict | undefined {
    if (cells < minCells) return TOO_FEW
    if (cells <= width || (cells <= maxCells && isEmptyFrom(batch, row, width))) return undefined
    return TOO_MANY
  }

  /** Checks one batch; whatever needs all its bytes is computed once. */
  return (batch: RowBatch): RowCheck => {
    const bytes = allBytes(batch)
    const hasNul = bytes.includes(0)
    const notUtf8 = strictUtf8 && !isUtf8(bytes)
    return (row) => {
      const problem = batch.problem(row)
      if (problem !== undefined) return { code: problem, reason: PROBLEMS[problem] ?? '' }
      const cells = batch.width(row)
      if (cells !== width && !pad) {
        const verdict = countVerdict(batch, row, cells)
        if (verdict) return verdict
      }
      if (hasNul && batch.raw(row).includes(0)) return NUL
      return notUtf8 && !isUtf8(batch.raw(row)) ? NOT_UTF8 : undefined
    }
  }
}
