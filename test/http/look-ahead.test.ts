import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { operations } from '../../src/generated/operations.ts'
import { type Caller, installTokens } from '../../src/http/auth.ts'
import { createRouter } from '../../src/http/router.ts'
import { createHttp } from '../../src/http/server.ts'
import { ReadyAnswer } from '../../src/lib/answers/ready-answer.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let account: Account
let app: FastifyInstance
/** Whose token it is. */
const findCaller = vi.fn<() => Promise<Caller | undefined>>()
const look = vi.fn<(id: number) => Promise<string>>()
const handler = vi.fn()

beforeAll(async () => {
  service = await startTestService()
  account = await service.createAccount('user')
  const { config, log, metrics, conventions } = service.services
  app = await createHttp({ log, metrics })
  await installTokens(app, config.jwtSecret, config.ACCESS_TOKEN_SECONDS)
  const { handleAhead } = createRouter(app, findCaller, conventions)
  handleAhead(operations.getUser, look, handler)
  await app.ready()
})
beforeEach(() => {
  vi.resetAllMocks()
  findCaller.mockResolvedValue({ id: account.id, role: 'user' })
  look.mockImplementation(async (id) => `seen ${id}`)
  handler.mockImplementation(async (_, ahead) => new ReadyAnswer({ seen: await ahead }))
})
afterAll(async () => {
  await app.close()
  await service.close()
})

const get = (id: string | number, token = account.token) =>
  app.inject({ url: `/v1/users/${id}`, headers: { authorization: `Bearer ${token}` } })

describe('a look-up that begins with that of the caller', () => {
  it('began before the caller is known, and reaches the handler', async () => {
    let found: (caller: Caller) => void = () => undefined
    findCaller.mockReturnValueOnce(
      new Promise((resolve) => {
        found = resolve
      }),
    )
    const answer = get(7)
    await vi.waitFor(() => expect(look.mock.calls).toEqual([[7]]))
    expect(handler).not.toHaveBeenCalled()
    found({ id: account.id, role: 'user' })
    expect((await answer).json()).toEqual({ seen: 'seen 7' })
  })

  it('does not begin without a token of ours', async () => {
    expect((await get(7, 'other')).statusCode).toBe(401)
    expect((await get(7, 'pb_key')).json()).toEqual({})
    expect(look).not.toHaveBeenCalled()
  })

  it.each(['0', 'x', '1.5', '-1', '9999999999999999', '1e3', '%31%27'])(
    'does not begin for %s, which is no id',
    async (id) => {
      expect((await get(id)).statusCode).toBe(422)
      expect(look).not.toHaveBeenCalled()
      expect(handler).not.toHaveBeenCalled()
    },
  )

  it('may fail where the request is refused', async () => {
    look.mockRejectedValue(new Error('lost'))
    findCaller.mockResolvedValueOnce(undefined)
    expect((await get(7)).statusCode).toBe(401)
    expect((await get(7)).statusCode).toBe(500)
  })
})
