import fc from 'fast-check'
import { sees } from '../access.ts'
import { Finding } from '../finding.ts'
import { plans, realize } from '../inputs/requests.ts'
import { allOperations, type Operation } from '../operations.ts'
import { defineScenario, type Scenario } from './scenario.ts'

/** Operations that follow a password's hash, which takes a hundred times as long as any other. */
const SLOW = ['register', 'login', 'issueToken', 'changePassword']

/** Operations that would end the sessions of those who ask in all other cases. */
const ENDS_OWN_SESSION = ['deleteSession', 'deleteSessions']

/** The operations that a single request may be of. */
export const SINGLE_OPERATIONS: readonly Operation[] = allOperations.filter(
  ({ operationId }) => !ENDS_OWN_SESSION.includes(operationId),
)

const weighted = (operations: readonly Operation[]) =>
  operations.map((operation) => ({
    weight: SLOW.includes(operation.operationId) ? 1 : 8,
    arbitrary: plans(operation),
  }))

/** One request of any operation, by anybody, right or with something odd about it. */
export const single = (operations: readonly Operation[] = SINGLE_OPERATIONS): Scenario =>
  defineScenario(
    { name: 'single', weight: 600, operations: operations.map(({ operationId }) => operationId) },
    fc.oneof(...weighted(operations)),
    async (scene, plan) => {
      const request = await realize(scene, plan)
      const { operation, actor } = request
      // Events go on for as long as their import does.
      const stop = operation?.events ? 'begin' : request.stop
      const { answer } = await scene.exchange({ ...request, stop })
      if (operation === undefined || answer.status === 0 || answer.status >= 300) return
      if (operation.url.includes(':') && !sees(operation, actor)) {
        throw new Finding('wrong-access', operation.operationId, `${actor.name} sees the owner's`)
      }
    },
  )
