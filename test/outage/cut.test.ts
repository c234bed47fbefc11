import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type OperationId, operations } from '../../src/generated/operations.ts'
import { allOperations, type OperationAccess } from '../access/operations.ts'
import { sampleRequest } from '../access/requests.ts'
import { createPerson } from '../access/scene.ts'
import {
  type Cut,
  type DatabaseProxy,
  startDatabaseProxy,
} from '../setup/servers/database-proxy.ts'
import { startTestService, type TestService } from '../setup/service.ts'

/** More questions than any request asks. */
const MAX_QUESTIONS = 40
const AWAY = '503 database_unavailable'
/** What `app.inject` says of an answer that had begun. */
const BROKEN_OFF = 'response destroyed before completion'

let proxy: DatabaseProxy
let service: TestService

beforeAll(async () => {
  service = await startTestService({
    through: async (url) => {
      proxy = await startDatabaseProxy(url)
      return proxy.url
    },
  })
})
afterAll(async () => {
  await service.close()
  await proxy.close()
})

/** A request that is right, by somebody who may make it. */
async function prepare({ operationId, roles, ...operation }: OperationAccess) {
  const role = roles.includes('user') ? 'user' : (roles[0] ?? 'user')
  const owner = await createPerson(service, role)
  const { params, query, body } = await sampleRequest(
    { operationId, roles, ...operation },
    { service, owner },
  )
  // It asks about each user from here on, and there are more with each try.
  if (operationId === 'checkIntegrity') Object.assign(query, { from_user_id: owner.id })
  return { params, query, body, ...(!operation.public && { token: owner.token }) }
}

const connected = () =>
  vi.waitFor(async () => expect(await service.services.watch.answers()).toBe(true), 10_000)

/** Sends a request and cuts the connection at its n-th question. @returns undefined when it asks fewer */
async function cutAt(
  operation: OperationAccess,
  question: number,
  how: Cut,
  headers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  await connected()
  const request = await prepare(operation)
  proxy.cutAt(question, how)
  const answer = await service
    .call(operation.operationId, { ...request, headers })
    .then(({ status, body }) => [status, body?.code].filter(Boolean).join(' '))
    .catch(({ message }: Error) => message)
  const came = !proxy.cutting
  // What is asked between two requests is left alone.
  proxy.cutAt(Number.POSITIVE_INFINITY, how)
  return came ? answer : undefined
}

/** Cuts at each question that a request asks, in turns in each way. @returns the answers */
async function cutAtEach(
  operation: OperationAccess,
  ways: readonly [Cut, Cut],
  headersOf: (question: number) => Readonly<Record<string, string>> = () => ({}),
): Promise<readonly string[]> {
  const answers: string[] = []
  for (let question = 1; question <= MAX_QUESTIONS; question++) {
    const answer = await cutAt(operation, question, ways[question % 2] as Cut, headersOf(question))
    if (answer === undefined) return answers
    answers.push(answer)
  }
  throw new Error(`${operation.operationId} asks more than ${MAX_QUESTIONS} questions`)
}

/** Answers of which a cut may make another than 503: it was done, or it had begun. */
const ELSE: Partial<Record<OperationId, string>> = {
  // It says so in a document of its own.
  getReadiness: '503',
  streamImport: BROKEN_OFF,
}

function expectUnavailable(operation: OperationAccess, answers: readonly string[]): void {
  const { operationId, successStatus } = operation
  const allowed = [String(successStatus), AWAY, ELSE[operationId]]
  for (const answer of answers) expect(allowed).toContain(answer)
  if (!operation.public) expect(answers).toContain(AWAY)
}

describe('a connection that is cut at any question of a request', () => {
  it.each(allOperations)('is 503 to $operationId, or nothing', async (operation) => {
    expectUnavailable(operation, await cutAtEach(operation, ['reset', 'terminated']))
  })
})

describe('a keyed request whose connection is cut at any question', () => {
  const idempotent = Object.values(operations).filter((operation) => operation.idempotent)
  it.each(idempotent)('is 503 to $operationId, or nothing', async (operation) => {
    // Background work asks too: where that was cut, the key of a registration is used.
    const answers = await cutAtEach(operation, ['terminated', 'reset'], (question) => ({
      'idempotency-key': `cut ${operation.operationId} ${question}`,
    }))
    expect(answers).toContain(AWAY)
    expectUnavailable(operation, answers)
  })
})
