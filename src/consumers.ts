import type { EventConsumers } from './events.ts'
import { analyticsJobs } from './features/analytics/analytics.job.ts'
import { authJobs } from './features/auth/auth.job.ts'
import { datasetJobs } from './features/datasets/datasets.job.ts'
import { importJobs } from './features/imports/imports.job.ts'
import { reportJobs } from './features/reports/reports.job.ts'
import { deleteOldAnswers } from './platform/idempotency.ts'
import { inBackground } from './platform/kinds-of-work.ts'
import { releaseOutbox } from './platform/outbox.ts'
import type { Services } from './services.ts'

const CLEANUP_SECONDS = 3_600
const REPORT_SWEEP_SECONDS = 30
const IMPORT_SWEEP_SECONDS = 5
const DATASET_SWEEP_SECONDS = 30

/** What follows from each event: the table of contents. */
export const consumersOf = ({
  analytics,
  imports,
  reports,
  datasets,
  database,
}: Services): EventConsumers => ({
  ...analyticsJobs(analytics),
  ...authJobs(database),
  ...importJobs(imports),
  ...reportJobs(reports),
  ...datasetJobs(datasets),
  deleteOldAnswers: () => deleteOldAnswers(database),
})

/**
 * Starts to work on events. Ends with the
 * services' `close`, which waits for the jobs under way.
 */
export async function startConsumers(services: Services): Promise<void> {
  const { config, queue, outbox, database } = services
  await inBackground(() => releaseOutbox(database))
  queue.consume(consumersOf(services), config.WORKER_CONCURRENCY, outbox.nudge)
  await queue.schedule('statistics.refresh_due', config.STATISTICS_REFRESH_SECONDS)
  await queue.schedule('tokens.cleanup_due', CLEANUP_SECONDS)
  await queue.schedule('idempotency.cleanup_due', CLEANUP_SECONDS)
  await queue.schedule('imports.sweep_due', IMPORT_SWEEP_SECONDS)
  // What a worker left that was killed is taken up at once.
  await queue.add([{ name: 'imports.sweep_due', data: {} }])
  await queue.schedule('reports.sweep_due', REPORT_SWEEP_SECONDS)
  await queue.schedule('datasets.sweep_due', DATASET_SWEEP_SECONDS)
  outbox.nudge()
}
