import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationId } from '../../src/generated/operations.ts'
import type { Role } from '../../src/generated/schemas.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { type Actor, actors, createPeople, type People } from './actors.ts'
import { allOperations, documented, type OperationAccess } from './operations.ts'
import { type Reach, recordOf } from './records.ts'
import { sampleRequest } from './requests.ts'
import { createPerson } from './scene.ts'

/**
 * Every actor calls every operation with a valid request, so that the answer depends on access
 * alone. The expected status follows from the document. `service.call` checks that the answer is
 * documented.
 */
let service: TestService
let people: People

beforeAll(async () => {
  service = await startTestService()
  people = await createPeople(service)
})
afterAll(() => service.close())

/** The answer for somebody else's record, if not 404. */
const NOT_THERE: Partial<Record<OperationId, number>> = {
  // One bad item makes all of a bulk request invalid.
  bulkCreateTransactions: 422,
}

const SEES: Readonly<Record<Reach, readonly Role[]>> = {
  nobody: [],
  admin: ['admin'],
  staff: ['staff', 'admin'],
  everybody: ['user', 'staff', 'admin'],
}

/** The lowest role that may call an operation must be that of a record's owner. */
const ownerRole = ({ roles }: OperationAccess): Role =>
  roles.includes('user') ? 'user' : (roles[0] ?? 'user')

function expectedStatus(operation: OperationAccess, actor: Actor, reach: Reach): number {
  const { roles, scopes, successStatus } = operation
  if (operation.public) return successStatus
  if (actor.as === undefined) return 401
  const role = actor.as === 'owner' ? ownerRole(operation) : actor.as
  const held = actor.scopes?.(scopes)
  const lacks = held !== undefined && scopes.some((scope) => !held.includes(scope))
  if (lacks || (held !== undefined && scopes.length === 0)) return 403
  if (!roles.includes(role)) return 403
  // The owner of a record that only staff may change is staff, and so a colleague of who asks.
  const isColleague = reach === 'staff' && role === 'staff' && ownerRole(operation) === 'staff'
  if (isColleague && actor.as !== 'owner' && documented(operation)['x-changes']) return 403
  if (actor.as === 'owner' || SEES[reach].includes(role)) return successStatus
  return NOT_THERE[operation.operationId] ?? 404
}

describe.each(allOperations)('$operationId', (operation) => {
  const prepare = async () => {
    const scene = { service, owner: await createPerson(service, ownerRole(operation)) }
    return { scene, sample: await sampleRequest(operation, scene) }
  }
  type Prepared = Awaited<ReturnType<typeof prepare>>
  // What is refused or only read changes nothing, so the next request can ask for the same.
  let unchanged: Prepared | undefined

  it.each(actors)('gives $name the documented answer', async (actor) => {
    const { scene, sample } = unchanged ?? (await prepare())
    const { reach, ...request } = sample
    const held = actor.scopes?.(operation.scopes) ?? []
    const token = await actor.credential(scene, people, held)
    const { status, headers, body } = await service.call(operation.operationId, {
      ...request,
      ...(token !== undefined && { token }),
    })
    const expected = expectedStatus(operation, actor, reach)
    const changes = expected < 400 && operation.method !== 'GET'
    unchanged = changes ? undefined : { scene, sample }
    expect(status, body.detail).toBe(expected)
    expect(headers['www-authenticate']).toBe(expected === 401 ? 'Bearer' : undefined)
  })
})

describe('the document', () => {
  it.each(allOperations)('says who may call $operationId, or that everybody may', (operation) => {
    const node = documented(operation)
    if (operation.public) {
      expect(node.security).toEqual([])
    } else {
      expect(node['x-roles']?.length).toBeGreaterThan(0)
      expect(node['x-scopes']).toBeInstanceOf(Array)
    }
  })

  it('names no record that the matrix cannot create', () => {
    expect(() => recordOf('/v1/secrets/:id')).toThrow(
      'no factory for the record that /v1/secrets/:id',
    )
  })
})
