import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PUBLIC, tellStory } from '../setup/leaks/leak-story.ts'
import { dumpDatabase, findLeaks } from '../setup/leaks/leaks.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'
import type { TestProcess } from '../setup/servers/processes.ts'

let fleet: Fleet
let worker: TestProcess
let secrets: string[]
/** Every command that Redis was ever sent, with its arguments. */
const commands: string[] = []

beforeAll(async () => {
  fleet = await startFleet({ LOG_LEVEL: 'debug' })
  const redis = new Redis(fleet.redis.url)
  const monitor = await redis.monitor()
  monitor.on('monitor', (_, command: readonly string[]) => commands.push(command.join(' ')))
  const [started] = await fleet.startWorkers(1)
  worker = started as TestProcess
  const failed = () => worker.seen(/"msg":"job failed"/)
  secrets = await tellStory(fleet.admin, fleet.database.url, failed)
  secrets.push(fleet.environment.ADMIN_PASSWORD, fleet.admin.token?.split('.')[2] as string)
  const settled = async () =>
    expect(await fleet.database.query('SELECT FROM outbox')).toHaveLength(0)
  await vi.waitFor(settled, { timeout: 20_000 })
  monitor.disconnect()
  redis.disconnect()
}, 120_000)
afterAll(() => fleet.close())

describe('names, addresses, account numbers, passwords and tokens', () => {
  it('never reach Redis, in jobs, in cached answers or otherwise', () => {
    const sent = commands.join('\n')
    expect(findLeaks(secrets, [{ where: 'Redis', bytes: Buffer.from(sent) }])).toEqual([])
    // Jobs, the reason why one failed, and cached answers are among what was searched.
    for (const text of [
      'recomputeStatistics',
      'failedReason',
      'passbook:cache',
      'total_credit',
      'days:',
    ])
      expect(sent).toContain(text)
  })

  it('are in no table and in no log', async () => {
    const dump = await dumpDatabase(fleet.database.superuserUrl)
    expect(findLeaks(secrets, dump)).toEqual([])
    expect(findLeaks([PUBLIC.reference], dump)).toContain(`${PUBLIC.reference} in transactions`)
    const log = [fleet.api, worker].map(({ text }) => text.stdout + text.stderr).join('\n')
    expect(log).toContain('"operation":"createUser"')
    expect(findLeaks(secrets, [{ where: 'log', bytes: Buffer.from(log) }])).toEqual([])
  })
})
