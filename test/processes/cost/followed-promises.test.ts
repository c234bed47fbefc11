import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createScope } from '../../../src/database/scope.ts'
import { arePromisesFollowed, FOLLOWS_PROMISES } from '../../setup/followed-promises.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'

let service: TestService
let admin: Account

beforeAll(async () => {
  service = await startTestService()
  admin = await service.createAccount('admin')
})
afterAll(() => service.close())

describe.runIf(FOLLOWS_PROMISES)('promises are followed only while work is under way', () => {
  it('in a scope that rests', async () => {
    const scope = createScope<string>({ rests: true })
    await expect.poll(arePromisesFollowed).toBe(false)
    expect(await scope.run('value', arePromisesFollowed)).toBe(true)
    await expect.poll(arePromisesFollowed).toBe(false)
    await scope.run('value', () => Promise.reject(new Error('no'))).catch(() => undefined)
    await expect.poll(arePromisesFollowed).toBe(false)
  })

  it('so no longer after logins', async () => {
    const { username, password } = admin
    const refused = await service.call('login', { body: { username, password: `${password}!` } })
    expect(refused.status).toBe(401)
    expect((await service.call('login', { body: { username, password } })).status).toBe(200)
    await expect.poll(arePromisesFollowed).toBe(false)
  })

  it('so no longer after a request with an Idempotency-Key', async () => {
    const { token } = admin
    const headers = { 'idempotency-key': 'followed-promises' }
    const body = { name: 'Ada Example', email: 'ada@example.com' }
    expect((await service.call('createUser', { headers, body, token })).status).toBe(201)
    await expect.poll(arePromisesFollowed).toBe(false)
  })
})
