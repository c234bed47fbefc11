import type { Job } from 'bullmq'
import { Compile } from 'typebox/compile'
import { inBackground } from '../database/background.ts'
import { isDatabaseAway } from '../database/errors.ts'
import type { Storage } from '../database/storage.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import {
  type CoalescedConsumer,
  type ConsumerName,
  type Consumers,
  type Job as NewJob,
  payloadSchemas,
} from './catalogue.ts'
import { jobsOfEach } from './jobs-of-rows.ts'

const payloadChecks = new Map(
  [...payloadSchemas].map(([consumer, payload]) => [consumer, Compile(payload)]),
)

interface Deps {
  readonly storage?: Storage
  readonly metrics: Metrics
  readonly log: Log
  /** Adds jobs to the queue that this one is from. */
  readonly add: (jobs: readonly NewJob[]) => Promise<void>
}

/**
 * The jobs that take the place of one of many users that failed, so that only the broken user fails
 * again. None where all would fail.
 */
function jobsInstead(job: Job, error: unknown): readonly NewJob[] {
  const { user_ids: users } = job.data
  if (!Array.isArray(users) || users.length < 2 || isDatabaseAway(error)) return []
  return jobsOfEach(job.name as CoalescedConsumer, job.data, Boolean(job.opts.priority))
}

/** Whether there are such jobs, and the queue took them. Without it the whole job is tried again. */
const isReplaced = async (jobs: readonly NewJob[], add: Deps['add']): Promise<boolean> =>
  jobs.length > 0 &&
  (await add(jobs).then(
    () => true,
    () => false,
  ))

/**
 * Runs one job; one of many users that fails is split. The queue keeps only the name and code of an
 * error: its message can quote data.
 */
export async function runJob(
  job: Job,
  consumers: Consumers,
  { storage, metrics, log, add }: Deps,
): Promise<void> {
  const end = metrics.jobs.startTimer({ job: job.name })
  metrics.jobsUnderWay.inc({ job: job.name })
  const { request_id, request_ids } = job.data
  const fields = { job: job.name, job_id: job.id, request_id, request_ids }
  try {
    if (!payloadChecks.get(job.name)?.Check(job.data)) throw new Error('unknown job or payload')
    const consume = consumers[job.name as ConsumerName] as (payload: unknown) => Promise<void>
    await inBackground(() => consume(job.data))
    end({ outcome: 'completed' })
    log.debug(fields, 'job completed')
  } catch (error) {
    end({ outcome: 'failed' })
    storage?.note(error)
    const attempt = job.attemptsMade + 1
    log.error({ err: error, ...fields, attempt }, 'job failed')
    if (await isReplaced(jobsInstead(job, error), add)) return
    const { name, code } = error as { readonly name?: string; readonly code?: string }
    throw new Error([name ?? 'Error', code].filter(Boolean).join(' '))
  } finally {
    metrics.jobsUnderWay.dec({ job: job.name })
  }
}
