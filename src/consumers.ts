import type { EventConsumers } from './events.ts'
import { analyticsJobs } from './features/analytics/analytics.job.ts'
import { authJobs } from './features/auth/auth.job.ts'
import { releaseOutbox } from './platform/outbox.ts'
import type { Services } from './services.ts'

const TOKEN_CLEANUP_SECONDS = 3_600

/**
 * Starts to work on events: the table of contents of what follows from a change. Ends with the
 * services' `close`, which waits for the jobs under way.
 */
export async function startConsumers(services: Services): Promise<void> {
  const { config, queue, outbox, database, analytics } = services
  const consumers: EventConsumers = { ...analyticsJobs(analytics), ...authJobs(database) }
  await releaseOutbox(database)
  queue.consume(consumers, config.WORKER_CONCURRENCY, outbox.nudge)
  await queue.schedule('statistics.refresh_due', config.STATISTICS_REFRESH_SECONDS)
  await queue.schedule('tokens.cleanup_due', TOKEN_CLEANUP_SECONDS)
  outbox.nudge()
}
