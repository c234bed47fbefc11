import type { ComponentChildren } from 'preact'
import { useWidth } from './use-width.ts'

/** A chart, what it says in a sentence, and its numbers as a table for whoever prefers these. */
export function Figure({
  says,
  table,
  children,
}: {
  readonly says: string
  readonly table: ComponentChildren
  readonly children: (width: number) => ComponentChildren
}) {
  const [element, width] = useWidth<HTMLDivElement>()
  return (
    <figure>
      <div ref={element} class="chart" role="img" aria-label={says}>
        {width > 0 && children(width)}
      </div>
      <details>
        <summary>As a table</summary>
        {table}
      </details>
    </figure>
  )
}
