import type { RowBatch } from '../parse/row-batch.ts'
import { CELL } from '../parse/row-cells.ts'
import { isBlank } from './blank.ts'
import { ANY_KIND } from './cell-kinds.ts'
import { createClassifier } from './classifier.ts'
import { kindsOfEscaped, type TypeOptions } from './column-types.ts'
import { fittingKinds, kindsAs } from './declared.ts'
import { createNullTest, NULL_WORDS, TEXT_NULL_WORDS } from './nulls.ts'
import { PLAIN_NUMBERS } from './number-format.ts'

/**
 * Creates the check that the cells of a row fit the columns whose type is given. Dates of two
 * orders, and amounts with either decimal mark, do not mix: the first that is clear decides.
 *
 * @returns a function that returns the index of the first cell that does not fit, or undefined
 */
export function createDeclaredCheck(options: TypeOptions) {
  const { nulls, numbers = PLAIN_NUMBERS, dateOrder, declared = new Map() } = options
  const nullTests = new Map(
    [...declared].map(([index, type]) => [
      index,
      createNullTest(nulls ?? (type === 'text' ? TEXT_NULL_WORDS : NULL_WORDS)),
    ]),
  )
  const classify = createClassifier(numbers, dateOrder)
  /** For each column, the kinds that its cells so far have in common. */
  const possible = new Map([...declared.keys()].map((index) => [index, ANY_KIND]))

  /** The kinds of a cell; -1 if it is missing or null. */
  function kindsOf(batch: RowBatch, row: number, index: number): number {
    if (index >= batch.width(row)) return -1
    const cell = (batch.firstCell[row] as number) + index
    const { bytes } = batch
    let start = batch.cellStart[cell] as number
    let end = batch.cellEnd[cell] as number
    while (start < end && isBlank(bytes[start])) start += 1
    while (start < end && isBlank(bytes[end - 1])) end -= 1
    if (nullTests.get(index)?.(bytes, start, end)) return -1
    const flags = batch.cellFlags[cell] as number
    const kinds =
      flags > CELL.quoted
        ? kindsOfEscaped(batch, cell, ANY_KIND)
        : classify(bytes, start, end, ANY_KIND)
    return kindsAs(declared.get(index) ?? 'text', kinds, bytes, start, end)
  }

  return (batch: RowBatch, row: number): number | undefined => {
    const common: [number, number][] = []
    for (const [index, type] of declared) {
      const kinds = kindsOf(batch, row, index)
      if (kinds === -1) continue
      const left = (possible.get(index) as number) & kinds
      if ((left & fittingKinds(type)) === 0) return index
      common.push([index, left])
    }
    // A refused row decides nothing.
    for (const [index, left] of common) possible.set(index, left)
    return undefined
  }
}
