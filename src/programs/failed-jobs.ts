import { createConfig } from '../config.ts'
import { StartupError } from '../errors.ts'
import { type EventQueue, openQueue } from '../events/queue.ts'
import { inTime, TooLate } from '../lib/in-time.ts'
import { createLog } from '../lib/log.ts'
import { createMetrics } from '../lib/metrics.ts'
import { processEnvironment, runCommand } from '../lib/process.ts'
import { openShared } from '../lib/redis-watch.ts'
import { openDatabaseAccess } from './database-access.ts'

const MAX_LISTED = 1_000
const MAX_WAIT_MS = 60_000
const USAGE = 'Usage: npm run jobs -- list | retry [ID]'

async function list(queue: EventQueue): Promise<string> {
  const jobs = await queue.failed(MAX_LISTED)
  const lines = jobs.map(({ id, event, data, attempts, failed_at, reason }) =>
    [id, event, JSON.stringify(data), `${attempts} attempts`, failed_at, reason].join('  '),
  )
  return [...lines, `${jobs.length} failed`].join('\n')
}

async function retry(queue: EventQueue, id: string | undefined): Promise<string> {
  const count = await queue.retry(id)
  if (count === 0 && id !== undefined) throw new StartupError(`There is no failed job ${id}.`)
  return `${count} put back`
}

/** `npm run jobs`: shows the jobs that failed for good, and puts them back. */
const environment = processEnvironment()
const log = createLog(environment.LOG_LEVEL)
await runCommand(log, async () => {
  const [command, id] = process.argv.slice(2)
  if (command !== 'list' && command !== 'retry') throw new StartupError(USAGE)
  const access = await openDatabaseAccess(environment)
  const { REDIS_URL: redisUrl } = createConfig(environment, access.kept)
  const shared = openShared(redisUrl, log)
  const queue = openQueue({ databaseUrl: access.url, shared, metrics: createMetrics(), log })
  try {
    const work = command === 'list' ? list(queue) : retry(queue, id)
    const text = await inTime(work, MAX_WAIT_MS).catch((cause: unknown) => {
      if (!(cause instanceof TooLate)) throw cause
      throw new StartupError('The queue does not answer; check that its Redis runs.', { cause })
    })
    process.stdout.write(`${text}\n`)
  } finally {
    await queue.close()
    shared?.watch.close()
    await access.close()
  }
})
