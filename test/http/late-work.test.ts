import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { overloaded } from '../../src/errors.ts'
import { operations } from '../../src/generated/operations.ts'
import { installTokens } from '../../src/http/auth.ts'
import type { BeforeDeadline } from '../../src/http/deadline.ts'
import { createRouter } from '../../src/http/router.ts'
import { createHttp } from '../../src/http/server.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

const NOW = '2026-01-31T10:15:00.000Z'
const DONE = {
  message: 'Task created successfully',
  task: { id: 7, title: 'Slow', status: 'pending', created_at: NOW, updated_at: NOW },
} as const

let service: TestService
let account: Account
let app: FastifyInstance
/** Does the work of a request. */
let work: () => Promise<void>
/** Rejects when the time of a request is over. */
let late: Promise<never> = new Promise(() => undefined)

beforeAll(async () => {
  service = await startTestService()
  account = await service.createAccount('user')
  const { config, log, metrics, conventions } = service.services
  app = await createHttp({ log, metrics })
  await installTokens(app, config.jwtSecret, config.ACCESS_TOKEN_SECONDS)
  const caller = { kind: 'session', id: account.id, role: 'user' } as never
  const beforeDeadline: BeforeDeadline = (_, run) => Promise.race([run(), late])
  const { handle } = createRouter(app, async () => caller, conventions, beforeDeadline)
  handle(operations.createTask, async () => {
    await work()
    return DONE
  })
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await service.close()
})

const create = () =>
  app.inject({
    method: 'POST',
    url: '/v1/tasks',
    headers: { authorization: `Bearer ${account.token}`, 'idempotency-key': 'the-same' },
    payload: { title: 'Slow' },
  })

it('is not kept when it ends after its request was refused: a retry begins anew', async () => {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  let refuse = (_: Error) => {}
  late = new Promise((_, reject) => {
    refuse = reject
  })
  work = async () => {
    refuse(overloaded())
    await ended
  }
  const refused = await create()
  expect([refused.statusCode, refused.json().code]).toEqual([503, 'overloaded'])

  late = new Promise(() => undefined)
  const again = vi.fn(async () => undefined)
  work = again
  end()
  const retried = await vi.waitFor(async () => {
    const answer = await create()
    expect(answer.json().code).not.toBe('idempotency_key_in_use')
    return answer
  })
  expect(retried.statusCode).toBe(201)
  expect(retried.headers['idempotency-replayed']).toBeUndefined()
  expect(again).toHaveBeenCalledOnce()
})
