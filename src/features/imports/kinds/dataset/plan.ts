import type { FileBatch, RowFile } from '../../../../csv/file/row-file.ts'
import { ANY_KIND, KIND } from '../../../../csv/types/cell-kinds.ts'
import { type Column, ColumnTypes } from '../../../../csv/types/column-types.ts'
import type { Decision } from '../../../../csv/types/decide.ts'
import { type DeclaredTypes, fittingKinds } from '../../../../csv/types/declared.ts'
import { ImportError } from '../loader.ts'
import type { ImportOptions } from '../options.ts'
import { declaredColumns } from './declared-columns.ts'
import { findColumns, type NamedColumn, nameColumns } from './names.ts'
import { nullWords } from './rules.ts'

const TEXT: Decision = { type: 'text', kind: KIND.text, ambiguous: false }

/** A column of a dataset, as the rows so far suggest. */
export interface PlannedColumn extends NamedColumn {
  readonly decision: Decision
  /** Whether a row has null in it and there is no default. */
  readonly nullable: boolean
  /** The default, which replaces null. */
  readonly fallback: string | undefined
  /** Whether it is a trailing column without name and values, which is dropped. */
  readonly unused: boolean
}

/** The columns of a dataset. */
export type Plan = readonly PlannedColumn[]

/** Whether both plans store rows in the same way. */
export const samePlan = (one: Plan, other: Plan): boolean =>
  one.length === other.length &&
  one.every(({ decision }, index) => decision.kind === other[index]?.decision.kind)

/**
 * Finds the types of a file's columns from every row that it is given, not from a sample. A default
 * counts as a cell of its column.
 */
export class ColumnSurvey {
  readonly #file: RowFile
  readonly #options: ImportOptions
  readonly #types: ColumnTypes
  /** Column index -> default. */
  readonly #fallbacks: ReadonlyMap<number, string>

  /** @throws ImportError `unknown_column`, `default_type` */
  constructor(file: RowFile, options: ImportOptions) {
    this.#file = file
    this.#options = options
    const named = nameColumns(file, options.rename)
    const declared = declaredColumns(named, options, file.skippedCells)
    this.#types = new ColumnTypes({
      nulls: nullWords(options),
      numbers: options.numbers,
      dateOrder: options.dateOrder,
      declared,
    })
    const { defaults } = options
    const filled = findColumns(named, Object.keys(defaults), 'default')
    const values = Object.values(defaults)
    this.#fallbacks = new Map(filled.map((index, at) => [index, values[at] as string]))
    for (const [index, value] of this.#fallbacks) {
      this.#types.addValue(file.skippedCells + index, value)
    }
    this.#assertDefaultsFit(declared)
  }

  #assertDefaultsFit(declared: DeclaredTypes): void {
    const columns = this.#types.columns()
    for (const [index, type] of declared) {
      const possible = columns[index]?.possible ?? ANY_KIND
      if ((possible & fittingKinds(type)) !== 0) continue
      throw new ImportError('default_type', 'The default of a column is not of its given type.')
    }
  }

  add({ batch, fine, allFine }: FileBatch): void {
    this.#types.add(batch, 0, allFine ? undefined : (_, row) => fine[row] === 0)
  }

  /** See {@link ColumnTypes.plain}. */
  get plain(): Uint8Array {
    return this.#types.plain
  }

  /** Whether all rows so far can be stored as planned. */
  fits(plan: Plan): boolean {
    const found = this.#columns()
    if (found.length > plan.length) return false
    if (this.#options.types === 'text') return true
    return found.every(
      ({ possible }, index) => (possible & (plan[index]?.decision.kind ?? 0)) !== 0,
    )
  }

  /** Plans the columns by all rows so far. */
  plan(): Plan {
    const found = this.#columns()
    const extra = Math.max(0, found.length - this.#file.columns.length)
    const named = nameColumns(this.#file, this.#options.rename, extra)
    const isText = this.#options.types === 'text'
    const { header } = this.#file.known
    const lastUsed = named.findLastIndex(
      ({ sourceName }, index) =>
        sourceName !== null ||
        this.#fallbacks.has(index) ||
        (found[index]?.values ?? 0) > 0 ||
        // Where texts are kept, blanks are one.
        (isText && found[index]?.hasBlanks === true),
    )
    return named.map((column, index): PlannedColumn => {
      const fallback = this.#fallbacks.get(index)
      const missing = (found[index]?.nulls ?? 0) > 0
      return {
        ...column,
        decision: isText ? TEXT : (found[index] ?? TEXT),
        // With `types=text` an empty cell is an empty text. Only a missing cell is null.
        nullable: fallback === undefined && missing && (!isText || this.#options.ragged === 'pad'),
        fallback,
        unused: header && index > lastUsed,
      }
    })
  }

  #columns(): Column[] {
    return this.#types.columns().slice(this.#file.skippedCells)
  }
}
