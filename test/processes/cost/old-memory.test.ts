import { once } from 'node:events'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestService, type TestService } from '../../setup/service.ts'

/** How many requests come at once, and how often. */
const AT_ONCE = 20
const TIMES = 60
/** What a request may leave in the old part of the heap: it left 7,200 bytes where sets kept it, and leaves 1,000. */
const MAX_BYTES = 3_000

/** Sends requests from a heap of its own. Each message to it is answered once as many as come at once are. */
const CLIENT = `
  const { parentPort, workerData: { url, headers, count } } = require('node:worker_threads')
  const http = require('node:http')
  const agent = new http.Agent({ keepAlive: true, maxSockets: count })
  const send = () => new Promise((resolve, reject) => {
    http.get(url, { agent, headers }, (answer) => answer.resume().on('end', () => resolve(answer.statusCode))).on('error', reject)
  })
  parentPort.on('message', async () => parentPort.postMessage(await Promise.all(Array.from({ length: count }, send))))`

let service: TestService
let client: Worker

beforeAll(async () => {
  service = await startTestService()
  const address = await service.app.listen({ port: 0, host: '127.0.0.1' })
  const { token, id } = await service.createAccount()
  await service.createTransaction(token, { user_id: id })
  await service.services.analytics.recompute([id])
  const url = `${address}/v1/users/${id}/analytics`
  const headers = { authorization: `Bearer ${token}` }
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

it('is left as it is by requests that are over', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void
  async function bytesOfRequest(): Promise<number> {
    collect()
    const before = oldBytes()
    for (let time = 0; time < TIMES; time += 1) {
      client.postMessage('send')
      const [statuses] = await once(client, 'message')
      expect(new Set(statuses)).toEqual(new Set([200]))
      collect({ type: 'minor' })
    }
    return (oldBytes() - before) / (TIMES * AT_ONCE)
  }
  // The first requests make code warm, whose traces are kept.
  await bytesOfRequest()
  const bytes = await bytesOfRequest()
  expect(bytes).toBeLessThan(MAX_BYTES)
})
