import type { Job } from 'bullmq'
import { Compile } from 'typebox/compile'
import { inBackground } from '../database/background.ts'
import type { Storage } from '../database/storage.ts'
import type { Log } from '../lib/log.ts'
import type { Metrics } from '../lib/metrics.ts'
import { type ConsumerName, type Consumers, payloadSchemas } from './catalogue.ts'

const payloadChecks = new Map(
  [...payloadSchemas].map(([consumer, payload]) => [consumer, Compile(payload)]),
)

interface Deps {
  readonly storage?: Storage
  readonly metrics: Metrics
  readonly log: Log
}

/** Runs one job. The queue keeps only the name and code of an error: its message can quote data. */
export async function runJob(
  job: Job,
  consumers: Consumers,
  { storage, metrics, log }: Deps,
): Promise<void> {
  const end = metrics.jobs.startTimer({ job: job.name })
  metrics.jobsUnderWay.inc({ job: job.name })
  const { request_id } = job.data
  try {
    if (!payloadChecks.get(job.name)?.Check(job.data)) throw new Error('unknown job or payload')
    const consume = consumers[job.name as ConsumerName] as (payload: unknown) => Promise<void>
    await inBackground(() => consume(job.data))
    end({ outcome: 'completed' })
    log.debug({ job: job.name, job_id: job.id, request_id }, 'job completed')
  } catch (error) {
    end({ outcome: 'failed' })
    storage?.note(error)
    const attempt = job.attemptsMade + 1
    log.error({ err: error, job: job.name, job_id: job.id, request_id, attempt }, 'job failed')
    const { name, code } = error as { readonly name?: string; readonly code?: string }
    throw new Error([name ?? 'Error', code].filter(Boolean).join(' '))
  } finally {
    metrics.jobsUnderWay.dec({ job: job.name })
  }
}
