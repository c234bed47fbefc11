import type { ComponentChildren } from 'preact'
import type { Loading } from '../app/use-load.ts'
import { ProblemNote } from './problem.tsx'

/** Shows what was loaded; before that, that it is loading, or why it is not there. */
export function Loaded<T>({
  from,
  children,
}: {
  readonly from: Loading<T>
  readonly children: (data: T) => ComponentChildren
}) {
  if (from.error !== undefined) return <ProblemNote error={from.error} />
  if (from.data === undefined) {
    return (
      <p class="muted" aria-busy="true">
        Loading …
      </p>
    )
  }
  return <>{children(from.data)}</>
}
