import { chains } from './chain.ts'
import { files } from './files.ts'
import { lists } from './lists.ts'
import { repeats } from './repeat.ts'
import { reports } from './reports.ts'
import type { Scenario } from './scenario.ts'
import { sessions } from './sessions.ts'
import { SINGLE_OPERATIONS, single } from './single.ts'
import { wire } from './wire.ts'

const SEQUENCES: readonly Scenario[] = [
  ...chains,
  ...repeats,
  lists,
  files,
  reports,
  sessions,
  wire,
]

/**
 * The kinds of cases to draw from.
 *
 * @param only an operation that they are to be about: requests of it alone, and sequences that ask it
 */
export function scenariosFor(only?: string): readonly Scenario[] {
  if (only === undefined) return [single(), ...SEQUENCES]
  const operations = SINGLE_OPERATIONS.filter(({ operationId }) => operationId === only)
  return [
    ...(operations.length > 0 ? [single(operations)] : []),
    ...SEQUENCES.filter((scenario) => scenario.operations.includes(only)),
  ]
}
