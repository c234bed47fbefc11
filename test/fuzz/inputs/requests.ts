import fc, { type Arbitrary } from 'fast-check'
import type { Operation } from '../operations.ts'
import type { Request } from '../oracle/oracle.ts'
import { violationsOf } from '../oracle/violations.ts'
import { liveRecord } from '../records.ts'
import type { CallOptions, Scene } from '../scene.ts'
import { type Damage, damage, damages } from './hostile.ts'
import { settle } from './late.ts'
import { type Twist, twists } from './twists.ts'
import { valid } from './values.ts'

/** A request of an operation before it meets the records that are there. */
export interface Plan {
  readonly operation: Operation
  /** The share of the actors at which one is taken: the first are those who may most. */
  readonly actor: number
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
  readonly damage: Damage | undefined
  readonly twists: readonly Twist[]
}

const maybe = <T>(arbitrary: Arbitrary<T>, freq: number): Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq })

/** Requests of an operation: two thirds valid, the others with up to three things odd or wrong. */
export function plans(operation: Operation): Arbitrary<Plan> {
  const { body, query } = operation
  const spoilt = body === undefined ? fc.constant(undefined) : maybe(damages(body), 1)
  return fc.record({
    operation: fc.constant(operation),
    actor: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.nat({ max: 99 }) },
    ),
    query: valid(query) as Arbitrary<Readonly<Record<string, unknown>>>,
    body: body === undefined ? fc.constant(undefined) : valid(body),
    damage: spoilt,
    twists: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Twist[]>([]) },
      { weight: 2, arbitrary: fc.array(twists(operation), { minLength: 1, maxLength: 3 }) },
    ),
  })
}

/** Those who might ask: first whoever may, then everybody. */
function actorOf(scene: Scene, { operation, actor }: Plan) {
  const { roles, scopes } = operation
  // The owner calls with an API key.
  const best = roles.includes('user') && scopes.length > 0 ? 'owner' : (roles[0] ?? 'nobody')
  const names = [best, 'owner', ...scene.cast.actors.map(({ name }) => name)]
  return scene.actor(names[actor % names.length] ?? best)
}

/** A query's pairs: members of objects as `name[key]`, lists one by one. */
export function queryPairs(query: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(query).flatMap(([name, value]): [string, string][] => {
    if (Array.isArray(value)) return value.map((item) => [name, String(item)])
    if (typeof value !== 'object' || value === null) return [[name, String(value)]]
    return Object.entries(value).map(([key, text]) => [`${name}[${key}]`, String(text)])
  })
}

/** Ids that a bulk deletion could take from under another case. */
function spare(operation: Operation, body: unknown, ownerId: number): unknown {
  if (operation.operationId !== 'bulkDeleteUsers') return body
  const ids = (body as { readonly ids?: unknown } | null)?.ids
  if (!Array.isArray(ids)) return body
  const isOurs = (id: unknown) => Number(id) > 0 && Number(id) < 1e9 && id !== ownerId
  return { ...(body as object), ids: ids.filter((id) => !isOurs(id)) }
}

/** The records that a path names, made where they are not there. */
async function paramsOf(scene: Scene, { url }: Operation): Promise<Record<string, unknown>> {
  const params: Record<string, unknown> = {}
  for (const { index, 0: parameter } of url.matchAll(/:\w+/g)) {
    const path = url.slice(0, index + parameter.length)
    params[parameter.slice(1)] = await liveRecord(scene, path)
  }
  return params
}

/** Makes a plan a request. */
export async function realize(scene: Scene, plan: Plan): Promise<Request> {
  const { operation } = plan
  const params = await paramsOf(scene, operation)
  const { ownerId } = scene.facts
  const whole = settle(plan.body, scene.facts)
  const spoilt = operation.body && plan.damage ? damage(operation.body, whole, plan.damage) : whole
  const body = operation.takesFile ? 'id,name\n1,Ann\n2,Bob\n' : spare(operation, spoilt, ownerId)
  const query = queryPairs(settle(plan.query, scene.facts) as Record<string, unknown>)
  const options: CallOptions = { actor: actorOf(scene, plan), params, query, body }
  const plain = scene.requestOf(operation.operationId, options)
  const twisted = plan.twists.reduce<Request>(
    (request, twist) => twist.apply(request, scene),
    plain,
  )
  // What is odd as HTTP is of no operation for certain.
  const violations = twisted.odd ? [] : violationsOf(operation, twisted)
  return { ...twisted, violations }
}
