import { allOperations } from '../operations.ts'
import type { Scenario } from './scenario.ts'
import { single } from './single.ts'

/**
 * The kinds of cases to draw from.
 *
 * @param only an operation that they are to be about; of one request each, and those that ask it most
 */
export function scenariosFor(only?: string): readonly Scenario[] {
  const all: readonly Scenario[] = [single()]
  if (only === undefined) return all
  const operations = allOperations.filter(({ operationId }) => operationId === only)
  const others = all.filter(
    (scenario) => scenario.name !== 'single' && scenario.operations.includes(only),
  )
  return [single(operations), ...others]
}
