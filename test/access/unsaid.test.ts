import { afterAll, beforeAll, expect, it } from 'vitest'
import { operations } from '../../src/generated/operations.ts'
import { type Caller, installTokens } from '../../src/http/auth.ts'
import { createRouter } from '../../src/http/router.ts'
import { createHttp } from '../../src/http/server.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { ALL_SCOPES } from './operations.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

/** Calls an operation that the document describes with nothing but the given parts. */
async function ask(access: Partial<typeof operations.getMe>, caller: Caller) {
  const { log, metrics, conventions } = service.services
  const app = await createHttp({ log, metrics, requestsPerMinute: 0 })
  await installTokens(app, 'a secret of these tests alone', 60)
  const { handle } = createRouter(app, async () => caller, conventions)
  const unsaid = { ...operations.getMe, roles: [], scopes: [], ...access }
  handle(unsaid as unknown as typeof operations.getMe, () => {
    throw new Error('The handler was called')
  })
  const authorization = `Bearer ${app.jwt.sign({ sub: String(caller.id), sid: '1' })}`
  const answer = await app.inject({ url: operations.getMe.url, headers: { authorization } })
  await app.close()
  return [answer.statusCode, answer.json().detail]
}

it.each(['user', 'staff', 'admin'] as const)(
  'an operation that says nothing refuses %s',
  async (role) => {
    expect(await ask({}, { id: 1, role })).toEqual([403, 'Nobody may call this'])
    const key = { id: 1, role, scopes: ALL_SCOPES }
    expect(await ask({}, key)).toEqual([403, 'Nobody may call this'])
  },
)

it('an operation that names no scopes refuses every key', async () => {
  const { roles } = operations.getMe
  const key = { id: 1, role: 'admin', scopes: ALL_SCOPES } as const
  expect(await ask({ roles }, key)).toEqual([403, 'API keys may not call this'])
})

it('an operation that names only scopes refuses everyone', async () => {
  const { scopes } = operations.getMe
  const key = { id: 1, role: 'admin', scopes: ALL_SCOPES } as const
  expect(await ask({ scopes }, key)).toEqual([403, 'Nobody may call this'])
})
