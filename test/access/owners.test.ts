import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationId } from '../../src/generated/operations.ts'
import type { Role } from '../../src/generated/schemas.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { ALL_SCOPES, allOperations, documented, type OperationAccess } from './operations.ts'
import { sampleRequest } from './requests.ts'
import { createKey, createPerson, type Person } from './scene.ts'

/**
 * Each operation that changes something of a user is asked by each role, with a token and with an API key, for
 * something of a user of each role: somebody else's, and their own.
 */
let service: TestService

beforeAll(async () => {
  service = await startTestService()
  // Somebody who can administer stays, whoever is deleted.
  await service.createAccount('admin')
})
afterAll(() => service.close())

const ROLES: readonly Role[] = ['user', 'staff', 'admin']

const changing = allOperations.filter((operation) => documented(operation)['x-changes'])

/** Bulk requests answer for the items: one that is refused makes the whole of them invalid. */
const REFUSED: Partial<Record<OperationId, number>> = { bulkCreateTransactions: 422 }

interface Question {
  readonly asks: Role
  readonly whose: Role
  readonly isOwn: boolean
  readonly byKey: boolean
}

/** By contract: users their own, staff those of customers too, admins all; no key an account of staff or admins. */
function expectedStatus(operation: OperationAccess, question: Question): number {
  const { operationId, roles, scopes, successStatus } = operation
  const { asks, whose, isOwn, byKey } = question
  if (!roles.includes(asks)) return 403
  // An operation without scopes takes no key.
  if (byKey && scopes.length === 0) return 403
  if (asks === 'user' && !isOwn) return REFUSED[operationId] ?? 404
  const isAccount = documented(operation)['x-changes'] === 'account'
  if (whose !== 'user' && isAccount && byKey) return 403
  if (whose !== 'user' && asks === 'staff' && !isOwn) return REFUSED[operationId] ?? 403
  return successStatus
}

const questions: readonly Question[] = ROLES.flatMap((asks) =>
  ROLES.flatMap((whose) =>
    [false, true].flatMap((byKey) =>
      (asks === whose ? [false, true] : [false]).map((isOwn) => ({ asks, whose, isOwn, byKey })),
    ),
  ),
)

/** Who asks for something of others: nothing of theirs is changed, so they may ask again. */
const strangers = new Map<Role, Promise<Stranger>>()

interface Stranger {
  readonly token: string
  readonly key: string
}

const createStranger = async (role: Role): Promise<Stranger> => {
  const person = await createPerson(service, role)
  return { token: person.token, key: await createKey(service, person, ALL_SCOPES) }
}

function strangerOf(role: Role): Promise<Stranger> {
  const stranger = strangers.get(role) ?? createStranger(role)
  strangers.set(role, stranger)
  return stranger
}

/** The credential of a question. */
async function credentialOf({ asks, isOwn, byKey }: Question, owner: Person): Promise<string> {
  if (isOwn) return byKey ? await createKey(service, owner, ALL_SCOPES) : owner.token
  const { token, key } = await strangerOf(asks)
  return byKey ? key : token
}

/** The request with the ids of `bulkDeleteUsers` set to the owner, whom it is about. */
const about = (owner: Person, body: unknown) =>
  typeof body === 'object' && body !== null && 'ids' in body ? { ...body, ids: [owner.id] } : body

describe('operations that change something of a user', () => {
  it('are those with a user, an employment, a bank account, a transaction or an alert', () => {
    expect(changing.map(({ operationId }) => operationId).sort()).toEqual([
      'bulkCreateTransactions',
      'bulkDeleteUsers',
      'createBankAccount',
      'createEmployment',
      'createPasswordReset',
      'createTransaction',
      'deleteBankAccount',
      'deleteEmployment',
      'deleteTransaction',
      'deleteUser',
      'previewTransaction',
      'requestEmailVerification',
      'updateAlert',
      'updateBankAccount',
      'updateEmployment',
      'updateTransaction',
      'updateUser',
    ])
  })
})

describe.each(changing)('$operationId', (operation) => {
  it.each(questions)('$asks asks for $whose (own: $isOwn, by key: $byKey)', async (question) => {
    const owner = await createPerson(service, question.whose)
    const { params, query, body } = await sampleRequest(operation, { service, owner })
    const token = await credentialOf(question, owner)
    const sent = about(owner, body)
    const answer = await service.call(operation.operationId, {
      params,
      query,
      token,
      ...(sent !== undefined && { body: sent }),
    })
    expect(answer.status, answer.body.detail).toBe(expectedStatus(operation, question))
  })
})
