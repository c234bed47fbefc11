import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { type OperationId, operations } from '../../src/generated/operations.ts'
import { allOperations, type OperationAccess } from '../access/operations.ts'
import { sampleRequest } from '../access/requests.ts'
import { createPerson } from '../access/scene.ts'
import { ENDLESS } from '../setup/http/endless.ts'
import { assertDocumented } from '../setup/http/response-check.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { ATTACKS, type Attack, type Request } from './attacks.ts'
import { type RawAnswer, RawConnection } from './raw-connection.ts'

/**
 * Nothing that belongs to one request ends the process: each operation is sent each misuse of HTTP over a
 * connection of its own, with the clocks of bodies shortened.
 */
const BODY_TIMEOUT_MS = 300
const FORM = 'application/x-www-form-urlencoded'
const LIVENESS = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** Answers of HTTP itself, which the document lists for all operations in one table. */
const OF_HTTP = [400, 417]

let service: TestService
let app: Awaited<ReturnType<typeof buildApp>>
let port: number
/** What would have ended the process. */
const fatal: unknown[] = []
const record = (error: unknown) => fatal.push(error)

beforeAll(async () => {
  process.on('uncaughtException', record)
  process.on('unhandledRejection', record)
  service = await startTestService({ env: { IMPORT_MAX_BYTES: '1000000' } })
  app = await buildApp(service.services, { bodyTimeoutMs: BODY_TIMEOUT_MS })
  port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
})
afterAll(async () => {
  await app.close()
  await service.close()
  process.off('uncaughtException', record)
  process.off('unhandledRejection', record)
})

/** A request that its operation takes. */
async function requestOf(operation: OperationAccess): Promise<Request> {
  const { roles, method, url } = operation
  const role = roles.includes('user') ? 'user' : (roles[0] ?? 'user')
  const owner = await createPerson(service, role)
  const { params, query, body } = await sampleRequest(operation, { service, owner })
  const path = url.replace(/:(\w+)/g, (_, name: string) => String(params[name]))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat()) search.append(name, item)
  }
  const isFile = typeof body === 'string'
  const isForm = operations[operation.operationId].takesForm
  const text = isForm ? new URLSearchParams(body as Record<string, string>).toString() : body
  return {
    method,
    target: search.size > 0 ? `${path}?${search}` : path,
    token: owner.token,
    body: text === undefined || typeof text === 'string' ? text : JSON.stringify(text),
    contentType: isFile ? 'text/csv' : isForm ? FORM : 'application/json',
  }
}

/** Fails when an answer is not as the document has it. */
function check(operationId: OperationId, { status, headers, body }: RawAnswer): void {
  const contentType = headers['content-type']
  if (status >= 400) expect(contentType).toBe('application/problem+json')
  if (OF_HTTP.includes(status)) {
    expect(JSON.parse(body)).toMatchObject({ status, request_id: headers['x-request-id'] })
  } else if (body !== '') {
    const json = contentType?.includes('json') ? JSON.parse(body) : body
    assertDocumented(operationId, { status, contentType, body: json })
  }
}

/** The connection goes on, or was closed: nobody is left waiting. */
async function expectFree(connection: RawConnection, { leavesHalf }: Attack): Promise<void> {
  if (leavesHalf) return await connection.end()
  if (connection.closed) return
  connection.write(LIVENESS)
  const next = await connection.answer()
  if (next === undefined) expect(connection.closed).toBe(true)
  else expect([next.status, next.body]).toEqual([200, '{"status":"ok"}'])
}

async function attack(operation: OperationAccess, request: Request, by: Attack): Promise<void> {
  const connection = await RawConnection.open(port)
  try {
    const answer = await by.run(connection, request)
    if (answer) check(operation.operationId, answer)
    else expect(by.mayEndUnanswered).toBe(true)
    await expectFree(connection, by)
  } catch (error) {
    throw new Error(`${operation.operationId}, ${by.name}`, { cause: error })
  } finally {
    connection.reset()
  }
}

/** An attack awaits the end of an answer. An import that has ended stands for event streams. */
const ending = allOperations.filter(({ operationId }) => !ENDLESS.has(operationId))

describe.concurrent('misused', () => {
  it.each(ending)('$operationId answers, or hangs up, and goes on', async (operation) => {
    const request = await requestOf(operation)
    const fitting = ATTACKS.filter(({ against }) => against?.(request) ?? true)
    await Promise.all(fitting.map((by) => attack(operation, request, by)))
    expect(fatal).toEqual([])
  })
})

describe('afterwards', () => {
  it('the process answers as ever, and no connection is left', async () => {
    expect(fatal).toEqual([])
    await vi.waitFor(async () => {
      expect(await promisify(app.server.getConnections).call(app.server)).toBe(0)
    })
    const connection = await RawConnection.open(port)
    connection.write(LIVENESS)
    expect((await connection.answer())?.status).toBe(200)
    connection.reset()
  })
})
