import { createConfig, readEnvironment } from '../config.ts'
import { StartupError } from '../errors.ts'
import { type EventQueue, openQueue } from '../events/queue.ts'
import { usageError } from '../lib/command-line.ts'
import { inTime, TooLate } from '../lib/in-time.ts'
import { createLog } from '../lib/log.ts'
import { createMetrics } from '../lib/metrics.ts'
import { type Outcome, runCommand } from '../lib/process.ts'
import { openShared } from '../lib/redis-watch.ts'
import { jobsCommand } from './commands.ts'
import { openDatabaseAccess } from './database-access.ts'

const MAX_LISTED = 1_000
const MAX_WAIT_MS = 60_000

type Queues = readonly EventQueue[]
type Work = (queues: Queues) => Promise<Outcome>

async function list(queues: Queues): Promise<Outcome> {
  const failed = (await Promise.all(queues.map((queue) => queue.failed(MAX_LISTED)))).flat()
  const lines = failed.map(({ id, consumer, data, attempts, failed_at, reason }) =>
    [id, consumer, JSON.stringify(data), `${attempts} attempts`, failed_at, reason].join('  '),
  )
  return {
    text: `${[...lines, `${failed.length} failed`].join('\n')}\n`,
    document: { failed },
  }
}

async function retry(queues: Queues, id: string | undefined): Promise<Outcome> {
  const counts = await Promise.all(queues.map((queue) => queue.retry(id)))
  const count = counts.reduce((sum, one) => sum + one, 0)
  if (count === 0 && id !== undefined) throw new StartupError(`There is no failed job ${id}.`)
  return { text: `${count} put back\n`, document: { put_back: count } }
}

/** @throws UsageError when it is neither `list` nor `retry [ID]` */
function workOf([action, id]: readonly string[]): Work {
  if (action === 'list' && id === undefined) return list
  if (action === 'retry') return (queues) => retry(queues, id)
  throw usageError(jobsCommand, 'It takes list or retry [ID]')
}

/** `npm run jobs`: lists the jobs that failed for good, and puts them back into the queue. */
await runCommand(jobsCommand, async ({ positionals }) => {
  const work = workOf(positionals)
  const environment = readEnvironment(process.env)
  const log = createLog(environment.LOG_LEVEL)
  const access = await openDatabaseAccess(environment)
  const { REDIS_URL: redisUrl } = createConfig(environment, access.kept)
  const shared = openShared(redisUrl, log)
  const options = { databaseUrl: access.url, shared, metrics: createMetrics(), log }
  const queues = [openQueue(options), openQueue({ ...options, name: 'webhooks' })]
  try {
    return await inTime(work(queues), MAX_WAIT_MS).catch((cause: unknown) => {
      if (!(cause instanceof TooLate)) throw cause
      throw new StartupError('The queue does not answer; check that its Redis runs.', { cause })
    })
  } finally {
    await Promise.all(queues.map((queue) => queue.close()))
    shared?.watch.close()
    await access.close()
  }
})
