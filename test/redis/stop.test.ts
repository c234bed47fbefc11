import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'
import type { TestProcess } from '../setup/servers/processes.ts'

let fleet: Fleet
let worker: TestProcess

beforeAll(async () => {
  fleet = await startFleet()
  worker = (await fleet.startWorkers(1))[0] as TestProcess
})
afterAll(() => fleet.close())

describe('processes on Redis', () => {
  it('count the jobs of both queues in it', async () => {
    const text = await (await fetch(`${await fleet.api.url()}/metrics`)).text()
    for (const queue of ['events', 'webhooks'])
      expect(text).toMatch(new RegExp(`^passbook_jobs{queue="${queue}",state="failed"} 0$`, 'm'))
  })

  it('stop while it is away, and print nothing beside their log', async () => {
    await fleet.redis.kill()
    await worker.seen(/Redis does not answer/)
    for (const process of [worker, fleet.api]) {
      expect(await process.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
      expect(process.text.stderr).toBe('')
      for (const line of process.text.stdout.trimEnd().split('\n')) expect(line).toMatch(/^\{.*\}$/)
    }
  })
})
