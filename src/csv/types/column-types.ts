import type { RowBatch } from '../parse/row-batch.ts'
import { CELL } from '../parse/row-cells.ts'
import { ROW_PROBLEM } from '../parse/row-problems.ts'
import { isBlank } from './blank.ts'
import { ANY_KIND, KIND, READ_IN_TWO_WAYS } from './cell-kinds.ts'
import { type Classify, createClassifier } from './classifier.ts'
import { isJson } from './classify.ts'
import { type DateOrder, type Decision, decide, type FileEvidence } from './decide.ts'
import { type DeclaredTypes, decideDeclared, kindsAs } from './declared.ts'
import { createNullTest, type NullTest } from './nulls.ts'
import { isPlain, type NumberFormat, PLAIN_NUMBERS } from './number-format.ts'

/** The detected type of a column, with counts. */
export interface Column extends Decision {
  /** The kinds that all its cells have in common. */
  readonly possible: number
  readonly nulls: number
  /** Cells that are not null. */
  readonly values: number
  /** Whether a cell has blanks alone. It is null, but not where texts are kept. */
  readonly hasBlanks: boolean
}

/** Whether to ignore a row, since it will be refused anyway. */
export type LeaveOut = (batch: RowBatch, row: number) => boolean

/** How cells are interpreted. */
export interface TypeOptions {
  /**
   * The words that mean null in every column. By default `NULL_WORDS` do so in columns of another
   * type than text, and in those of text only the empty cell.
   */
  readonly nulls?: readonly string[] | undefined
  readonly numbers?: NumberFormat
  /** The order of dates that could be of two, and of those with two-digit years. */
  readonly dateOrder?: DateOrder | undefined
  /** The columns whose type is given, by their index among all cells of a row. */
  readonly declared?: DeclaredTypes
}

/** What a cell can be that is stored as text whatever its column is. */
const ONLY_TEXT = KIND.text | READ_IN_TWO_WAYS
/** With blanks around them, PostgreSQL reads these kinds differently or not at all. */
const UNTRIMMED = KIND.uuid | KIND.json

/** A cell with escaped quotes can be JSON or text; a malformed one only text. */
export function kindsOfEscaped(batch: RowBatch, cell: number, wanted: number): number {
  const malformed = (batch.cellFlags[cell] as number) & CELL.malformed
  if (malformed || !(wanted & KIND.json)) return KIND.text
  return isJson(batch.text(cell)) ? KIND.json | KIND.text | KIND.asIs : KIND.text
}

/**
 * Finds the types of columns from all their cells, batch by batch. Surrounding blanks and quotes
 * are ignored. A null fits every type. Once a column is text, only its nulls are counted.
 */
export class ColumnTypes {
  readonly #isNull: NullTest
  /** Whether words for null are null in a column of text, too. */
  readonly #areWordsNull: boolean
  readonly #isFormatDeclared: boolean
  readonly #classify: Classify
  readonly #declared: DeclaredTypes
  #width = 0
  #rows = 0
  #possible = new Int32Array(16).fill(ANY_KIND)
  #seen = new Int32Array(16)
  #values = new Float64Array(16)
  /** The cells that are null unless their column is text. */
  #words = new Float64Array(16)
  #blanks = new Uint8Array(16)
  #plain: Uint8Array = new Uint8Array(0)

  constructor(options: TypeOptions = {}) {
    const { nulls, numbers = PLAIN_NUMBERS, dateOrder, declared = new Map() } = options
    this.#isNull = createNullTest(nulls)
    this.#areWordsNull = nulls !== undefined
    this.#isFormatDeclared = numbers.isDeclared === true || !isPlain(numbers)
    this.#classify = createClassifier(numbers, dateOrder)
    this.#declared = declared
  }

  /**
   * For each row of the last batch: 1 if all its cells can be passed to the database unchanged.
   * Each such cell is either unquoted and empty, or PostgreSQL reads its bytes as the detected
   * value. Quotes inside unquoted cells are not checked.
   */
  get plain(): Uint8Array {
    return this.#plain
  }

  /** Adds the rows of a batch, starting at `first`. */
  add(batch: RowBatch, first = 0, leaveOut?: LeaveOut): void {
    if (this.#plain.length < batch.rows) this.#plain = new Uint8Array(2 * batch.rows)
    for (let row = first; row < batch.rows; row += 1) {
      this.#plain[row] = 0
      if (leaveOut?.(batch, row)) continue
      const width = batch.width(row)
      if (width > this.#width) this.#widen(width)
      this.#rows += 1
      const plain = this.#addRow(batch, batch.firstCell[row] as number, width)
      if (batch.problems[row] === ROW_PROBLEM.none) this.#plain[row] = plain
    }
  }

  /** @returns 1 for a plain row, else 0 */
  #addRow(batch: RowBatch, firstCell: number, width: number): 0 | 1 {
    const { bytes, cellStart, cellEnd, cellFlags } = batch
    const possible = this.#possible
    const seen = this.#seen
    const values = this.#values
    const words = this.#words
    const areWordsNull = this.#areWordsNull
    const declared = this.#declared.size > 0 ? this.#declared : undefined
    let plain: 0 | 1 = 1
    for (let column = 0; column < width; column += 1) {
      const cell = firstCell + column
      const cellFrom = cellStart[cell] as number
      const cellTo = cellEnd[cell] as number
      const flags = cellFlags[cell] as number
      let start = cellFrom
      let end = cellTo
      while (start < end && isBlank(bytes[start])) start += 1
      while (start < end && isBlank(bytes[end - 1])) end -= 1
      if (this.#isNull(bytes, start, end)) {
        if (start === end && cellFrom !== cellTo) this.#blanks[column] = 1
        const isWord = start !== end && !areWordsNull
        if (isWord) words[column] = (words[column] as number) + 1
        const isPlainWord = isWord && possible[column] === KIND.text
        if ((cellFrom !== cellTo || flags !== 0) && !isPlainWord) plain = 0
        continue
      }
      values[column] = (values[column] as number) + 1
      const before = possible[column] as number
      if (before === KIND.text) continue
      const own =
        flags > CELL.quoted
          ? kindsOfEscaped(batch, cell, before)
          : this.#classify(bytes, start, end, before)
      const type = declared?.get(column)
      const kinds = type === undefined ? own : kindsAs(type, own, bytes, start, end)
      // A cell that is only text makes the column text, where any bytes can be passed on unchanged.
      if (!(kinds & KIND.asIs)) plain = kinds & ~ONLY_TEXT ? 0 : plain
      else if (kinds & UNTRIMMED && (start !== cellFrom || end !== cellTo)) plain = 0
      possible[column] = before & kinds
      seen[column] = (seen[column] as number) | kinds
    }
    return plain
  }

  /** Adds a value for a column outside any row; it is not counted. */
  addValue(column: number, text: string): void {
    if (column >= this.#width) this.#widen(column + 1)
    const bytes = Buffer.from(text.trim())
    const own = this.#classify(bytes, 0, bytes.length, ANY_KIND)
    const type = this.#declared.get(column)
    const kinds = type === undefined ? own : kindsAs(type, own, bytes, 0, bytes.length)
    this.#possible[column] = (this.#possible[column] as number) & kinds
    this.#seen[column] = (this.#seen[column] as number) | kinds
  }

  #widen(width: number): void {
    this.#width = width
    if (width <= this.#possible.length) return
    const possible = new Int32Array(2 * width).fill(ANY_KIND)
    const seen = new Int32Array(2 * width)
    const values = new Float64Array(2 * width)
    const words = new Float64Array(2 * width)
    const blanks = new Uint8Array(2 * width)
    possible.set(this.#possible)
    seen.set(this.#seen)
    values.set(this.#values)
    words.set(this.#words)
    blanks.set(this.#blanks)
    this.#possible = possible
    this.#seen = seen
    this.#values = values
    this.#words = words
    this.#blanks = blanks
  }

  /**
   * The columns' types from everything added so far. A cell missing from a short row counts as
   * null.
   */
  columns(): Column[] {
    const evidence = this.#evidence()
    return Array.from({ length: this.#width }, (_, column) => {
      const possible = this.#possible[column] as number
      const seen = this.#seen[column] as number
      const type = this.#declared.get(column)
      const decision =
        type === undefined ? decide(possible, seen, evidence) : decideDeclared(type, possible, seen)
      const words = decision.type === 'text' ? (this.#words[column] as number) : 0
      const values = (this.#values[column] as number) + words
      const hasBlanks = this.#blanks[column] === 1
      return { ...decision, possible, values, nulls: this.#rows - values, hasBlanks }
    })
  }

  /**
   * A file of measurements has many columns of three decimals, which could be thousands. One number
   * of another form shows that none of them is.
   */
  #evidence(): FileEvidence {
    const isDecimal = (kinds: number, column: number) =>
      (this.#seen[column] as number) !== 0 &&
      (kinds & KIND.numeric) !== 0 &&
      (kinds & (KIND.integer | KIND.pointGroups)) === 0
    return {
      decimalPoint:
        this.#isFormatDeclared || this.#possible.subarray(0, this.#width).some(isDecimal),
    }
  }
}
