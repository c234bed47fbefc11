import {
  type BackendClasses,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  withBackend,
} from 'bullmq'
import { QUEUE_SCHEMA } from '../database/migrate.ts'
import type { Storage } from '../database/storage.ts'
import { boundedBy } from '../database/work-limits.ts'
import { inTime, within } from '../lib/in-time.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { redisOptions } from '../lib/redis.ts'
import type { SharedRedis } from '../lib/redis-watch.ts'
import type { Consumers, EventName, Job } from './catalogue.ts'
import { countUnderWay } from './count-under-way.ts'
import { openProducer } from './producer.ts'
import { useListenedClients } from './redis-clients.ts'
import { runJob } from './run-job.ts'
import { type RunningWorker, runWhenReady } from './run-when-ready.ts'
import { keepSchedules } from './schedules.ts'

/** The queue whose jobs have plain ids. Those of the others carry the name of their queue. */
const MAIN: QueueName = 'events'
/** The back-off before a failed job's second try. It doubles before each further try. */
const RETRY_DELAY_MS = 500
const JOB_OPTIONS = {
  attempts: 6,
  removeOnComplete: true,
  removeOnFail: { age: 30 * 86_400, count: 5_000 },
}
/** Another worker takes over a dead worker's job after at most the sum of both. */
const LOCK_MS = 10_000
const STALLED_CHECK_MS = 5_000
const MAX_STALLS = 5
/** Limits closing: with Redis away, it would wait for ever. */
const MAX_CLOSE_MS = 3_000
/** So many jobs are faster added by themselves: PostgreSQL makes tables for each bulk. */
const FEW_JOBS = 8
/** Limits adding jobs: the relay adds thousands at once. */
const MAX_ADD_MS = 10_000

/**
 * Limits in milliseconds of a queue kept in PostgreSQL. The limit on connecting is generous: it
 * begins while the program loads, which keeps this process busy for seconds.
 */
const QUEUE_LIMITS = {
  statement: 10_000,
  answer: 12_000,
  connect: 10_000,
  idleInTransaction: 10_000,
}

/** `webhooks`: what waits for receivers, so that a slow one holds up no figures. */
export type QueueName = 'events' | 'webhooks'

/** How many jobs of a queue there are in each state. */
export interface JobCounts {
  readonly waiting: number
  readonly active: number
  /** Waiting for another try, or for the time of their schedule. */
  readonly delayed: number
  /** Failed for good. */
  readonly failed: number
}

/** A job that failed for good. */
export interface FailedJob {
  readonly id: string
  readonly consumer: string
  readonly data: unknown
  readonly attempts: number
  readonly failed_at: string
  readonly reason: string
}

/** Delivers jobs to consumers: at least once, in no particular order. */
export interface EventQueue {
  /** Gives up after 10 s; the jobs may arrive all the same. */
  add(jobs: readonly Job[]): Promise<void>
  /**
   * Adds a job for this event every `everySeconds`. Processes that schedule the same share one job.
   */
  schedule(event: EventName, everySeconds: number): Promise<void>
  /** Starts consuming jobs; calls `done` after each. `close` stops it. */
  consume(consumers: Consumers, concurrency: number, done: () => void): void
  /** Begins no more jobs, and waits at most `milliseconds` for those under way. */
  finish(milliseconds: number): Promise<void>
  /** Newest first, at most `limit`. */
  failed(limit: number): Promise<readonly FailedJob[]>
  /** Puts failed jobs back: one by its id, or all. @returns how many */
  retry(id?: string): Promise<number>
  ready(): Promise<boolean>
  /** @throws when the queue does not answer within so many milliseconds */
  counts(milliseconds: number): Promise<JobCounts>
  close(): Promise<void>
}

interface QueueOptions {
  /** Defaults to `events`. */
  readonly name?: QueueName
  readonly databaseUrl: string
  readonly shared?: SharedRedis | undefined
  readonly storage?: Storage
  readonly metrics: Metrics
  readonly log: Log
  /** Defaults to half a second. */
  readonly retryDelayMs?: number
}

/** Opens BullMQ on Redis if there is one, else on its own tables in the database. */
export function openQueue(options: QueueOptions): EventQueue {
  const { databaseUrl, shared } = options
  if (shared === undefined) {
    const connection = {
      ...boundedBy(QUEUE_LIMITS),
      connectionString: databaseUrl,
      schema: QUEUE_SCHEMA,
      max: 4,
    }
    const classes = withBackend(createPostgresBackend)
    return queueOver(classes, { producer: connection, worker: connection }, options)
  }
  useListenedClients()
  const classes = withBackend(createRedisBackend)
  const producer = { url: shared.url, ...redisOptions('fail-fast') }
  const worker = { url: shared.url, ...redisOptions('wait') }
  return queueOver(classes, { producer, worker }, options)
}

function queueOver<B extends IQueueBackend, C>(
  { Queue, Worker }: BackendClasses<B, C>,
  connections: { readonly producer: C; readonly worker: C },
  options: QueueOptions,
): EventQueue {
  const { name = MAIN, shared, metrics, log, retryDelayMs: delay = RETRY_DELAY_MS } = options
  const shownId = (id = '') => (name === MAIN ? id : `${name}-${id}`)
  const producer = openProducer(() => {
    const queue = new Queue(name, {
      connection: connections.producer,
      defaultJobOptions: { ...JOB_OPTIONS, backoff: { type: 'exponential', delay, jitter: 0.5 } },
    })
    queue.on('error', (error) => log.warn({ err: error }, 'the queue does not answer'))
    return queue
  })
  const schedules = keepSchedules(producer)
  let worker: RunningWorker | undefined
  const jobs = countUnderWay()

  async function add(batch: readonly Job[]): Promise<void> {
    const entries = batch.map(({ consumer, payload, yields }) => ({
      name: consumer,
      data: payload,
      // BullMQ runs jobs without a priority first.
      opts: yields ? { priority: 1 } : {},
    }))
    const send = async () => {
      const queue = await producer.ready()
      if (entries.length > FEW_JOBS) await queue.addBulk(entries)
      else await Promise.all(entries.map(({ name, data, opts }) => queue.add(name, data, opts)))
    }
    await (shared ? shared.watch.run(send, MAX_ADD_MS) : inTime(send(), MAX_ADD_MS))
  }

  return {
    add,
    schedule: schedules.add,
    consume(consumers, concurrency, done) {
      // A rate is wrong for a counter that appears with its first failure.
      for (const job of Object.keys(consumers)) metrics.jobFailures.inc({ job }, 0)
      const open = () => {
        const opened = new Worker(
          name,
          (job) => jobs.count(runJob(job, consumers, { ...options, add }).finally(done)),
          {
            connection: connections.worker,
            autorun: false,
            concurrency,
            lockDuration: LOCK_MS,
            stalledInterval: STALLED_CHECK_MS,
            maxStalledCount: MAX_STALLS,
          },
        )
        opened.on('error', (error) => log.warn({ err: error }, 'the queue does not answer'))
        opened.on('failed', (job) => {
          if (job && job.attemptsMade >= (job.opts.attempts ?? 1))
            metrics.jobFailures.inc({ job: job.name })
        })
        return opened
      }
      worker = runWhenReady(open, log)
    },
    async finish(milliseconds) {
      if (worker === undefined) return
      // Closing takes no more jobs from now on. `close` waits for the rest of it.
      const closed = worker.close()
      await within(milliseconds, Promise.race([closed, jobs.none()]))
    },
    async failed(limit) {
      const jobs = await (await producer.ready()).getFailed(0, limit - 1)
      return jobs.map((job) => ({
        id: shownId(job.id),
        consumer: job.name,
        data: job.data,
        attempts: job.attemptsMade,
        failed_at: new Date(job.finishedOn ?? job.timestamp).toISOString(),
        reason: job.failedReason,
      }))
    },
    async retry(id) {
      const jobs = await (await producer.ready()).getFailed()
      const chosen = jobs.filter((job) => id === undefined || shownId(job.id) === id)
      for (const job of chosen) await job.retry('failed')
      return chosen.length
    },
    async ready() {
      if (shared) return await shared.watch.answers()
      const count = async () => (await producer.ready()).getJobCounts('waiting')
      return await count().then(
        () => true,
        () => false,
      )
    },
    async counts(milliseconds) {
      const states = ['waiting', 'prioritized', 'active', 'delayed', 'failed'] as const
      const read = async () => (await producer.ready()).getJobCounts(...states)
      const found = await (shared
        ? shared.watch.run(read, milliseconds)
        : inTime(read(), milliseconds))
      const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = found
      return { waiting: waiting + prioritized, active, delayed, failed }
    },
    async close() {
      schedules.close()
      if (worker) await within(MAX_CLOSE_MS, worker.close())
      // Closing fails if Redis is away; stopping has to go on.
      await producer.close().catch((error) => log.warn({ err: error }, 'the queue does not answer'))
    },
  }
}
