import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { copyOut } from '../../src/database/copy-out.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../setup/servers/database-proxy.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

/** What the contract gives an answer. */
const MAX_MS = 5_000
/** What a refusal may take that waits for nothing: generous, as the machine may be busy. */
const AT_ONCE_MS = 500

let proxy: DatabaseProxy
let service: TestService
let staff: Account

beforeAll(async () => {
  service = await startTestService({
    through: async (url) => {
      proxy = await startDatabaseProxy(url)
      return proxy.url
    },
  })
  staff = await service.createAccount('staff')
})
afterAll(async () => {
  proxy.resume()
  await service.close()
  await proxy.close()
})

const ask = async () => {
  const since = performance.now()
  const { status, body, headers } = await service.call('getMe', { token: staff.token })
  return { status, code: body.code, headers, milliseconds: performance.now() - since }
}

const back = () => vi.waitFor(async () => expect((await ask()).status).toBe(200), 10_000)

describe.each([
  ['hangs', () => proxy.hang()],
  ['takes no connections', () => proxy.refuse()],
])('a database that %s', (_, lose) => {
  it('costs its requests less than 5 s, and the next none at all', async () => {
    lose()
    const first = await Promise.all(Array.from({ length: 20 }, ask))
    for (const { status, code, headers, milliseconds } of first) {
      expect([status, code]).toEqual([503, 'database_unavailable'])
      expect(headers['retry-after']).toBe('1')
      expect(milliseconds).toBeLessThan(MAX_MS)
    }
    const next = await Promise.all(Array.from({ length: 20 }, ask))
    for (const { status, code, milliseconds } of next) {
      expect([status, code]).toEqual([503, 'database_unavailable'])
      expect(milliseconds).toBeLessThan(AT_ONCE_MS)
    }
    const slowest = Math.max(...first.map(({ milliseconds }) => milliseconds))
    console.log(`the first requests took ${Math.round(slowest)} ms at most`)
    proxy.resume()
    await back()
  })

  it('costs writes and keyed writes no more', async () => {
    await back()
    lose()
    const since = performance.now()
    const write = (headers: Record<string, string>) =>
      service.call('createTask', { token: staff.token, body: { title: 'Wait' }, headers })
    const answers = await Promise.all([write({}), write({ 'idempotency-key': 'waits' })])
    expect(performance.now() - since).toBeLessThan(MAX_MS)
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([503, 'database_unavailable'])
    }
    proxy.resume()
    await back()
  })
})

describe('a statement that takes too long', () => {
  it('is ended by the server, and says nothing against the database', async () => {
    const { database, watch } = service.services
    const slow = database.$queryRaw`SELECT pg_sleep(20)::text`.then(
      () => 'it was not ended',
      (error: unknown) => error,
    )
    expect(await ask()).toMatchObject({ status: 200 })
    expect(String(await slow)).toMatch(/57014/)
    expect(watch.away).toBe(false)
    expect(await ask()).toMatchObject({ status: 200 })
  })
})

describe('a download', () => {
  it('ends when the database hangs before it begins', async () => {
    await back()
    proxy.hang()
    const since = performance.now()
    const form = { head: '', rewrite: (piece: Buffer) => piece }
    await expect(copyOut(proxy.url, 'SELECT 1', form)).rejects.toThrow()
    expect(performance.now() - since).toBeLessThan(MAX_MS)
    proxy.resume()
    await back()
  })
})
