import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { createRequestDurations } from './histograms/request-durations.ts'

/** Upper bounds in seconds. */
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const JOB_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60]

export type Metrics = ReturnType<typeof createMetrics>

/** The metrics of `/metrics`. Labels are operation ids, job names and states, never user data. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const ofDatabase = new Set<string>()
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    /** Names of the gauges below, whose values are those of all processes. */
    ofDatabase: ofDatabase as ReadonlySet<string>,
    requests: createRequestDurations(registry),
    requestsUnderWay: new Gauge({
      name: 'passbook_requests_under_way',
      help: 'Requests that are worked on, by kind (request, or stream: uploads, downloads and events)',
      labelNames: ['kind'] as const,
      registers,
    }),
    requestsShed: new Counter({
      name: 'passbook_requests_shed_total',
      help: 'Requests refused with 503 and connections not accepted, by reason',
      labelNames: ['reason'] as const,
      registers,
    }),
    jobs: new Histogram({
      name: 'passbook_job_duration_seconds',
      help: 'Time to run a job, by job and outcome',
      labelNames: ['job', 'outcome'] as const,
      buckets: JOB_BUCKETS,
      registers,
    }),
    jobsUnderWay: new Gauge({
      name: 'passbook_jobs_under_way',
      help: 'Jobs that this process works on, by job',
      labelNames: ['job'] as const,
      registers,
    }),
    eventLag: new Histogram({
      name: 'passbook_event_lag_seconds',
      help: 'Time from the commit of a change until the figures that hold it are committed',
      buckets: JOB_BUCKETS,
      registers,
    }),
    eventsAppended: new Counter({
      name: 'passbook_events_appended_total',
      help: 'Events that GET /v1/events lists since, by type',
      labelNames: ['type'] as const,
      registers,
    }),
    jobFailures: new Counter({
      name: 'passbook_job_failures_total',
      help: 'Jobs that failed for good, after their last attempt',
      labelNames: ['job'] as const,
      registers,
    }),
    usersCreated: new Counter({
      name: 'passbook_users_created_total',
      help: 'Users created, by source (single, registration, bulk, import or start)',
      labelNames: ['source'] as const,
      registers,
    }),
    userFailures: new Counter({
      name: 'passbook_user_creation_failures_total',
      help: 'Users that requests asked for and did not get, by source and reason (the code of the problem)',
      labelNames: ['source', 'reason'] as const,
      registers,
    }),
    userCreation: new Histogram({
      name: 'passbook_user_creation_seconds',
      help: 'Time to store the users of a request, by source and result (created or failed)',
      labelNames: ['source', 'result'] as const,
      buckets: REQUEST_BUCKETS,
      registers,
    }),
    transactionsCreated: new Counter({
      name: 'passbook_transactions_created_total',
      help: 'Transactions created, by type (credit or debit) and source (single, bulk or import)',
      labelNames: ['type', 'source'] as const,
      registers,
    }),
    importRows: new Counter({
      name: 'passbook_import_rows_total',
      help: 'Rows of completed imports, by kind and outcome (loaded or rejected)',
      labelNames: ['kind', 'outcome'] as const,
      registers,
    }),
    mails: new Counter({
      name: 'passbook_mails_total',
      help: 'Mails by kind and outcome: sent, failed (tried again), refused or expired (given up), unneeded',
      labelNames: ['kind', 'outcome'] as const,
      registers,
    }),
    webhookDeliveries: new Counter({
      name: 'passbook_webhook_deliveries_total',
      help: 'Attempts to deliver a webhook, by result: delivered, retried (tried again later), failed (given up)',
      labelNames: ['result'] as const,
      registers,
    }),
    webhookDurations: new Histogram({
      name: 'passbook_webhook_duration_seconds',
      help: 'Time of an attempt to deliver a webhook, until its answer was read or given up',
      buckets: REQUEST_BUCKETS.concat(10),
      registers,
    }),
    cacheReads: new Counter({
      name: 'passbook_cache_reads_total',
      help: 'Reads of the cache, by kind of answer and result (hit or miss)',
      labelNames: ['kind', 'result'] as const,
      registers,
    }),
    relayRunaways: new Counter({
      name: 'passbook_relay_runaways_total',
      help: 'Statements of the relay that took too long and were ended',
      registers,
    }),
    drift: new Counter({
      name: 'passbook_statistics_drift_total',
      help: 'Users whose stored statistics differed from the ledger and were sent for repair',
      registers,
    }),
    creditScores: new Counter({
      name: 'passbook_credit_scores_computed_total',
      help: 'Credit scores computed and stored, also where they stayed the same',
      registers,
    }),
    alerts: new Counter({
      name: 'passbook_alerts_raised_total',
      help: 'Alerts raised, by kind',
      labelNames: ['kind'] as const,
      registers,
    }),
    storageFull: new Counter({
      name: 'passbook_storage_full_total',
      help: 'Writes that failed because there was no space left',
      registers,
    }),
    /** A gauge that reads its value at each scrape, and is absent if that fails. */
    gauge(name: string, help: string, read: () => Promise<number>) {
      ofDatabase.add(name)
      return new Gauge({
        name,
        help,
        registers,
        async collect() {
          await read().then(
            (value) => this.set(value),
            () => this.remove(),
          )
        },
      })
    },
    /** Like `gauge`, with a value for each combination of labels. */
    gauges<Label extends string>(
      name: string,
      help: string,
      labelNames: readonly Label[],
      read: () => Promise<readonly { labels: Readonly<Record<Label, string>>; value: number }[]>,
    ) {
      ofDatabase.add(name)
      return new Gauge({
        name,
        help,
        labelNames,
        registers,
        async collect() {
          const values = await read().catch(() => [])
          this.reset()
          for (const { labels, value } of values) this.set(labels, value)
        },
      })
    },
  }
}
