import type { Operation } from './operations.ts'
import { pathVariables } from './variables.ts'

/** What would spoil the requests after it: it comes at the very end in this order, outside its folder. */
export const LAST: readonly string[] = ['changePassword', 'deleteSessions', 'logout']

const METHODS = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE']

/** An operation, and the text of its request, which names the variables that it needs. */
export interface Step {
  readonly operation: Operation
  readonly text: string
}

export interface Folder<S extends Step = Step> {
  readonly tag: string
  readonly steps: readonly S[]
}

const uses = (folder: Folder, variable: string) =>
  folder.steps.some(({ text }) => text.includes(`{{${variable}}}`))

/** The variables whose records a folder deletes. */
const deleted = ({ steps }: Folder) =>
  steps.flatMap(({ operation: { method, path } }) =>
    method === 'DELETE' ? pathVariables(path).slice(-1) : [],
  )

/**
 * One folder for each tag, in the order of the document, but that a folder which deletes what others need comes
 * after them. In each, what is created comes first, then it is read, changed and deleted.
 */
export function toFolders<S extends Step>(
  tags: readonly string[],
  steps: readonly S[],
): readonly Folder<S>[] {
  const folders = tags.map((tag) => ({
    tag,
    steps: METHODS.flatMap((method) =>
      steps.filter(({ operation }) => operation.tag === tag && operation.method === method),
    ),
  }))
  const isLate = (folder: Folder<S>) =>
    deleted(folder).some((variable) =>
      folders.some((other) => other !== folder && uses(other, variable)),
    )
  const late = folders.filter(isLate)
  return [...folders.filter((folder) => !late.includes(folder)), ...late]
}
