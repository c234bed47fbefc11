import type { ComponentChildren } from 'preact'

/** A column of a table. */
export interface ColumnOf<T> {
  readonly title: string
  readonly cell: (row: T) => ComponentChildren
  /** Figures stand at the right. */
  readonly isFigure?: boolean
  /** Left out where no row has anything in it. */
  readonly isOptional?: boolean
}

/** A table that scrolls sideways where it is too wide. */
export function Table<T>({
  caption,
  columns,
  rows,
  keyOf,
  empty = 'None.',
}: {
  readonly caption: string
  readonly columns: readonly ColumnOf<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string | number
  readonly empty?: string
}) {
  const shown = columns.filter(
    ({ isOptional, cell }) => !isOptional || rows.some((row) => Boolean(cell(row))),
  )
  if (rows.length === 0) return <p class="muted">{empty}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keys
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {shown.map(({ title, isFigure }) => (
              <th key={title} scope="col" class={isFigure ? 'figure' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {shown.map(({ title, cell, isFigure }) => (
                <td key={title} class={isFigure ? 'figure' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
