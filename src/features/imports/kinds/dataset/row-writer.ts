import type { FileBatch } from '../../../../csv/file/row-file.ts'
import type { RowBatch } from '../../../../csv/parse/row-batch.ts'
import { CELL } from '../../../../csv/parse/row-cells.ts'
import { isBlank } from '../../../../csv/types/blank.ts'
import { createCanonical, writeYearFirst } from '../../../../csv/types/canonical.ts'
import type { ColumnType } from '../../../../csv/types/decide.ts'
import type { NullTest } from '../../../../csv/types/nulls.ts'
import { isPlain } from '../../../../csv/types/number-format.ts'
import type { CopySink } from '../../../../database/copy-in.ts'
import type { ImportOptions } from '../options.ts'
import { CopyBuffer } from './copy-buffer.ts'
import { type CopyFormat, MISSING } from './copy-format.ts'
import { createPlainTest } from './plain-rows.ts'
import type { Plan, PlannedColumn } from './plan.ts'
import { nullTestOf } from './rules.ts'

/** Size of one write to COPY. */
const WRITE_BYTES = 128 * 1024

/** Writes rows for COPY: unchanged if PostgreSQL reads them the same way, else rewritten. */
export class RowWriter {
  readonly #sink: CopySink
  readonly #plan: Plan
  readonly #skipped: number
  readonly #keepsCells: boolean
  readonly #missing: Buffer
  readonly #isNull: NullTest
  readonly #isNullText: NullTest
  readonly #canonical: ReturnType<typeof createCanonical>
  /** Types whose values PostgreSQL reads unchanged. */
  readonly #asIs: ReadonlySet<ColumnType>
  readonly #scratch = new Uint8Array(64)
  readonly #plainTest: ReturnType<typeof createPlainTest> | undefined
  readonly #out: CopyBuffer

  /** @param skipped number of cells before the first column */
  constructor(
    sink: CopySink,
    plan: Plan,
    options: ImportOptions,
    skipped: number,
    format: CopyFormat,
  ) {
    this.#sink = sink
    this.#plan = plan
    this.#skipped = skipped
    this.#keepsCells = options.types === 'text'
    this.#missing = Buffer.from(format.marksMissing ? MISSING : '')
    this.#isNull = nullTestOf('integer', options)
    this.#isNullText = nullTestOf('text', options)
    this.#canonical = createCanonical(options.numbers)
    this.#asIs = new Set<ColumnType>([
      ...(['boolean', 'uuid', 'json'] as const),
      ...(isPlain(options.numbers) ? (['integer', 'numeric'] as const) : []),
    ])
    const mayCopyRows = format.isFiles && plan.every(({ fallback }) => fallback === undefined)
    this.#plainTest = mayCopyRows ? createPlainTest(format, plan.length) : undefined
    this.#out = new CopyBuffer(format, 2 * WRITE_BYTES)
  }

  /** @param plain for each row: 1 if PostgreSQL reads the cells as the survey did */
  async write({ batch, fine }: FileBatch, plain: Uint8Array): Promise<void> {
    const isPlain = this.#plainTest?.(batch)
    const { rowStart, rowEnd } = batch
    let from = -1
    const copyUpTo = (row: number) => {
      if (from !== -1) this.#out.raw(batch.bytes, rowStart[from] as number, rowEnd[row] as number)
      from = -1
    }
    for (let row = 0; row < batch.rows; row += 1) {
      const copied = fine[row] === 1 && plain[row] === 1 && isPlain?.(row) === true
      // There may be empty lines between two rows, which must not be copied.
      if (!copied || rowStart[row] !== rowEnd[row - 1]) copyUpTo(row - 1)
      if (copied && from === -1) from = row
      if (!copied && fine[row] === 1) this.#row(batch, row)
      if (this.#out.length >= WRITE_BYTES) await this.#flush()
    }
    copyUpTo(batch.rows - 1)
    if (this.#out.length >= WRITE_BYTES) await this.#flush()
  }

  /** Sends the remaining rows. @returns how many rows were stored */
  async end(): Promise<number> {
    await this.#flush()
    return await this.#sink.end()
  }

  async #flush(): Promise<void> {
    if (this.#out.length > 0) await this.#sink.write(this.#out.take())
  }

  #row(batch: RowBatch, row: number): void {
    const first = (batch.firstCell[row] as number) + this.#skipped
    const end = batch.firstCell[row + 1] as number
    for (const [index, column] of this.#plan.entries()) {
      if (index > 0) this.#out.delimiter()
      const cell = first + index
      if (cell < end) this.#cell(batch, cell, column)
      else this.#null(column)
    }
    this.#out.endRow()
  }

  #cell(batch: RowBatch, cell: number, column: PlannedColumn): void {
    const { bytes, cellFlags } = batch
    const cellStart = batch.cellStart[cell] as number
    const cellEnd = batch.cellEnd[cell] as number
    let start = cellStart
    let end = cellEnd
    while (start < end && isBlank(bytes[start])) start += 1
    while (start < end && isBlank(bytes[end - 1])) end -= 1
    const mayBeNull = !this.#keepsCells || column.fallback !== undefined
    const nullTest = column.decision.type === 'text' ? this.#isNullText : this.#isNull
    const isNull = mayBeNull && nullTest(bytes, start, end)
    const isEscaped = ((cellFlags[cell] as number) & CELL.escaped) !== 0
    if (isNull) this.#null(column)
    else if (isEscaped) this.#text(this.#canonical(column.decision, batch.text(cell)))
    else if (column.decision.type === 'text') this.#out.cell(bytes, cellStart, cellEnd)
    else this.#value(bytes, start, end, column)
  }

  /** Writes a value that is neither text nor null, trimmed. */
  #value(bytes: Buffer, start: number, end: number, { decision }: PlannedColumn): void {
    const { type, order } = decision
    if (this.#asIs.has(type)) {
      this.#out.cell(bytes, start, end)
      return
    }
    const length = order ? writeYearFirst(bytes, start, end, order, this.#scratch) : 0
    if (length > 0) this.#out.cell(this.#scratch, 0, length)
    else this.#text(this.#canonical(decision, bytes.toString('utf8', start, end)))
  }

  /** Writes null, or the default. */
  #null({ fallback, decision }: PlannedColumn): void {
    if (fallback === undefined) this.#out.raw(this.#missing, 0, this.#missing.length)
    else this.#text(this.#canonical(decision, fallback))
  }

  #text(text: string): void {
    const bytes = Buffer.from(text)
    this.#out.cell(bytes, 0, bytes.length)
  }
}
