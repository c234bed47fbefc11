import { inBackground } from './database/background.ts'
import type { EventConsumers, EventName } from './events/catalogue.ts'
import { releaseOutbox } from './events/relay.ts'
import { analyticsConsumers } from './features/analytics/analytics.consumer.ts'
import { authConsumers } from './features/auth/auth.consumer.ts'
import { datasetConsumers } from './features/datasets/datasets.consumer.ts'
import { importConsumers } from './features/imports/imports.consumer.ts'
import { reportConsumers } from './features/reports/reports.consumer.ts'
import { deleteOldAnswers } from './http/idempotency.ts'
import { persist } from './lib/persist.ts'
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
  ...analyticsConsumers(analytics),
  ...authConsumers(database),
  ...importConsumers(imports),
  ...reportConsumers(reports),
  ...datasetConsumers(datasets),
  deleteOldAnswers: () => deleteOldAnswers(database),
})

/**
 * Starts to work on events, as soon as queue and database answer. Ends with the services' `close`, which waits
 * for the jobs under way.
 */
export async function startConsumers(services: Services): Promise<void> {
  const { config, queue, outbox, database, log } = services
  await persist(() => inBackground(() => releaseOutbox(database)), log)
  queue.consume(consumersOf(services), config.WORKER_CONCURRENCY, outbox.nudge)
  const schedules: [EventName, number][] = [
    ['statistics.refresh_due', config.STATISTICS_REFRESH_SECONDS],
    ['tokens.cleanup_due', CLEANUP_SECONDS],
    ['idempotency.cleanup_due', CLEANUP_SECONDS],
    ['imports.sweep_due', IMPORT_SWEEP_SECONDS],
    ['reports.sweep_due', REPORT_SWEEP_SECONDS],
    ['datasets.sweep_due', DATASET_SWEEP_SECONDS],
  ]
  for (const [event, seconds] of schedules) {
    await persist(() => queue.schedule(event, seconds), log)
  }
  // What a worker left that was killed is taken up at once.
  await persist(() => queue.add([{ name: 'imports.sweep_due', data: {} }]), log)
  outbox.nudge()
}
