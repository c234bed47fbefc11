import { once } from 'node:events'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestService, type TestService } from '../../setup/service.ts'

/** How many requests come at once, and how often. */
const AT_ONCE = 20
const TIMES = 60

/** Sends requests from a heap of its own. Each message to it, a request, is answered once as many as come at once are. */
const CLIENT = `
  const { parentPort, workerData: { url, headers, count } } = require('node:worker_threads')
  const http = require('node:http')
  const agent = new http.Agent({ keepAlive: true, maxSockets: count })
  const send = ({ method, path, body }) => new Promise((resolve, reject) => {
    const request = http.request(url + path, { method, agent, headers }, (answer) =>
      answer.resume().on('end', () => resolve(answer.statusCode)))
    request.on('error', reject).end(body)
  })
  parentPort.on('message', async (request) =>
    parentPort.postMessage(await Promise.all(Array.from({ length: count }, () => send(request)))))`

let service: TestService
let client: Worker
let user: number

beforeAll(async () => {
  service = await startTestService()
  const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const { token, id } = await service.createAccount()
  user = id
  await service.createTransaction(token, { user_id: id })
  await service.services.analytics.recompute([id])
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  client = new Worker(CLIENT, { eval: true, workerData: { url, headers, count: AT_ONCE } })
})
afterAll(async () => {
  await client.terminate()
  await service.close()
})

/** Bytes that only a collection of the whole heap would free. */
const oldBytes = () =>
  getHeapSpaceStatistics()
    .filter(({ space_name }) => /^(old|large_object)_space$/.test(space_name))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0)

const read = () => ({ method: 'GET', path: `/v1/users/${user}/analytics` })
const create = () => ({
  method: 'POST',
  path: '/v1/transactions',
  body: JSON.stringify({
    user_id: user,
    transaction_date: '2026-01-01',
    transaction_amount: '1.00',
    transaction_type: 'credit',
  }),
})

// A read left 7,200 bytes where sets kept it, and leaves 1,000. A create left 11,000 where a stream of its own read its
// body, and leaves 4,000.
it.each([
  ['a read', read, 200, 3_000],
  ['a create', create, 201, 8_000],
])('is left as it is by %s that is over', async (_name, request, status, maxBytes) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void
  async function bytesOfRequest(): Promise<number> {
    collect()
    const before = oldBytes()
    for (let time = 0; time < TIMES; time += 1) {
      client.postMessage(request())
      const [statuses] = await once(client, 'message')
      expect(new Set(statuses)).toEqual(new Set([status]))
      collect({ type: 'minor' })
    }
    return (oldBytes() - before) / (TIMES * AT_ONCE)
  }
  // The first requests make code warm, whose traces are kept.
  await bytesOfRequest()
  expect(await bytesOfRequest()).toBeLessThan(maxBytes)
})
