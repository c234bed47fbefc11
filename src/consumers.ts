import { inBackground } from './database/background.ts'
import { type Consumers, type EventName, events } from './events/catalogue.ts'
import { deleteOldEvents } from './events/old-events.ts'
import { releaseOutbox } from './events/outbox.ts'
import { deleteExpiredTokens } from './features/auth/delete-expired-tokens.ts'
import { deleteOldAuditEntries } from './http/audit/audit.ts'
import { deleteOldAnswers } from './http/idempotency.ts'
import { persist } from './lib/persist.ts'
import type { Services } from './services.ts'

/** Binds each consumer of the catalogue to the function of a service that does its work. */
export const consumersOf = ({
  analytics,
  creditScores,
  alerts,
  imports,
  reports,
  datasets,
  mail,
  webhooks,
  database,
  config,
}: Services): Consumers => ({
  recomputeStatistics: ({ user_ids }) => analytics.recompute(user_ids),
  refreshStatistics: () => analytics.refresh(),
  computeCreditScores: ({ user_ids }) => creditScores.compute(user_ids),
  sweepCreditScores: () => creditScores.sweep(),
  raiseAlerts: ({ user_ids }) => alerts.raise(user_ids),
  buildReport: ({ id }) => reports.build(id),
  sweepReports: () => reports.sweep(),
  runImport: ({ id }) => imports.run(id),
  sweepImports: () => imports.sweep(),
  sweepDatasets: () => datasets.sweep(),
  buildDatasetIndexes: () => datasets.buildIndexes(),
  sendMails: ({ id }) => mail.send(id),
  deliverWebhooks: (lane) => webhooks.deliver(lane),
  sweepWebhooks: () => webhooks.sweep(),
  deleteExpiredTokens: () => deleteExpiredTokens(database),
  deleteOldAnswers: () => deleteOldAnswers(database),
  sweepAudit: () => deleteOldAuditEntries(database, config.AUDIT_RETENTION_DAYS),
  sweepEvents: () => deleteOldEvents(database, config.EVENT_RETENTION_DAYS),
})

/**
 * Starts consuming jobs as soon as queue and database answer. The services' `close` stops it and
 * waits for the jobs under way.
 */
export async function startConsumers(services: Services): Promise<void> {
  const { config, queue, webhooks, outbox, database, log } = services
  await persist(() => inBackground(() => releaseOutbox(database)), log)
  queue.consume(consumersOf(services), config.WORKER_CONCURRENCY, outbox.nudge)
  webhooks.consume(consumersOf(services))
  for (const [name, event] of Object.entries(events)) {
    if (!('everySeconds' in event)) continue
    await persist(() => queue.schedule(name as EventName, event.everySeconds(config)), log)
  }
  // Resumes imports of a killed worker at once, without waiting for the next sweep.
  await persist(() => queue.add([{ consumer: 'sweepImports', payload: {} }]), log)
  outbox.nudge()
}
