import type { Column } from '../../../../generated/schemas.ts'
import type { Plan } from './plan.ts'

/** The columns of a dataset as its import and its catalogue show them. */
export const shownColumns = (plan: Plan): Column[] =>
  plan
    .filter(({ unused }) => !unused)
    .map(({ name, sourceName, decision, nullable }) => ({
      name,
      source_name: sourceName,
      type: decision.type,
      nullable,
      ...(decision.ambiguous && { ambiguous: true }),
    }))
