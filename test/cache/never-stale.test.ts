import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { createLog } from '../../src/lib/log.ts'
import { openServices } from '../../src/services.ts'
import { cacheReads } from '../setup/cache-reads.ts'
import { figures, historyOf, type Scene, user } from '../setup/freshness/kinds.ts'
import { expectNeverStale } from '../setup/freshness/never-stale.ts'
import { createCustomers, createHttpClient } from '../setup/http/http-client.ts'
import { startTestService, type TestService } from '../setup/service.ts'

const LISTEN = { port: 0, host: '127.0.0.1' }

let service: TestService
/** Answers from the same database, with a cache of its own. */
let other: { readonly url: string; close(): Promise<void> }
let clients: Scene['clients']

beforeAll(async () => {
  service = await startTestService()
  const { config } = service.services
  const services = openServices(config, service.database.url, createLog('silent'), 'api')
  const app = await buildApp(services)
  const close = async () => {
    await app.close()
    await services.close()
  }
  other = { url: await app.listen(LISTEN), close }
  const { token } = await service.createAccount('admin')
  const url = await service.app.listen(LISTEN)
  clients = [createHttpClient(url, token), createHttpClient(other.url, token)]
})
afterAll(async () => {
  await other.close()
  await service.close()
})

const hits = async (kind: string) =>
  cacheReads(await service.services.metrics.registry.metrics(), kind).hit

describe('what two processes answer is never older than what was committed', () => {
  it.each([
    ['figures', figures, 'figures'],
    ['a history by cursor', historyOf('cursor=&per_page=100'), 'history'],
    ['a history by number', historyOf('per_page=100'), 'history'],
    ['a filtered history', historyOf('per_page=100&type=credit&from=2026-03-01'), 'history'],
    ['a user', user, undefined],
  ] as const)('of %s', async (_, kind, cached) => {
    const [userId = 0] = await createCustomers(clients[0], 1)
    const { query } = service.database
    const before = cached && (await hits(cached))
    await expectNeverStale({ clients, userId, query }, kind)
    if (cached) expect(await hits(cached)).toBeGreaterThan(Number(before))
  })
})
