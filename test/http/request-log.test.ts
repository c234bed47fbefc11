import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../src/app.ts'
import type { Log } from '../../src/lib/log.ts'
import { createAccessToken } from '../setup/access-token.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let app: Awaited<ReturnType<typeof buildApp>>
let account: Account
let lines: Record<string, unknown>[]

beforeAll(async () => {
  service = await startTestService()
  account = await service.createAccount()
  const write = (line: string) => void lines.push(JSON.parse(line))
  const log = pino({ level: 'info' }, { write }) as unknown as Log
  lines = []
  app = await buildApp({ ...service.services, log })
})
beforeEach(() => {
  lines = []
})
afterAll(async () => {
  await app.close()
  await service.close()
})

async function ask(token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  await app.inject({ url: '/v1/me', headers, remoteAddress: '192.0.2.7' })
  return await vi.waitFor(() => {
    const line = lines.find(({ msg }) => msg === 'request')
    expect(line).toBeDefined()
    return line
  })
}

describe('the log line of a request', () => {
  it('has the account of an access token, and the address', async () => {
    const token = await createAccessToken(service, account.id)
    expect(await ask(token)).toMatchObject({
      operation: 'getMe',
      status: 200,
      account_id: account.id,
      address: '192.0.2.7',
    })
  })

  it('has the account of an API key, also of a request that is refused', async () => {
    const admin = await service.createAccount('admin')
    const { body } = await service.call('createApiKey', {
      token: admin.token,
      body: { name: 'A key', scopes: ['tasks:read'], user_id: account.id },
    })
    expect(await ask(body.key)).toMatchObject({ status: 403, account_id: account.id })
  })

  it('has no account without a valid credential', async () => {
    const line = await ask()
    expect(line).toMatchObject({ status: 401, address: '192.0.2.7' })
    expect(line).not.toHaveProperty('account_id')
  })
})
