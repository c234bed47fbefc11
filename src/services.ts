import type { Config } from './config.ts'
import { parseAlertRules } from './features/alerts/alert-rules.ts'
import { createAlertService } from './features/alerts/alerts.service.ts'
import { createAnalyticsService } from './features/analytics/analytics.service.ts'
import { createBusiestUsers } from './features/analytics/busiest-users.ts'
import { createApiKeyService } from './features/api-keys/api-keys.service.ts'
import { createAuditService } from './features/audit/audit.service.ts'
import { createBankAccountService } from './features/bank-accounts/bank-accounts.service.ts'
import { createCreditScoreService } from './features/credit-score/credit-score.service.ts'
import { createDatasetService } from './features/datasets/datasets.service.ts'
import { createEmploymentService } from './features/employments/employments.service.ts'
import { createEventService } from './features/events/events.service.ts'
import { createIntegrityService } from './features/integrity/integrity.service.ts'
import { createLinks } from './features/mail/links.ts'
import { createMailService } from './features/mail/mail.service.ts'
import { createReportService } from './features/reports/reports.service.ts'
import { createSessionService } from './features/sessions/sessions.service.ts'
import { createTaskService } from './features/tasks/tasks.service.ts'
import { createTransactionBulk } from './features/transactions/bulk.ts'
import { createTransactionPast } from './features/transactions/past.ts'
import { createTransactionService } from './features/transactions/transactions.service.ts'
import { createUserBulk } from './features/users/bulk.ts'
import { createUserService } from './features/users/users.service.ts'
import { readRetryWaits } from './features/webhooks/retries.ts'
import { createWebhooks } from './features/webhooks/webhooks.service.ts'
import { createConventions } from './http/conventions.ts'
import { createCreations } from './http/creations/creations.ts'
import type { Log } from './lib/log.ts'
import { openMailTransport } from './lib/mail/open-transport.ts'
import { requireCurrency } from './lib/money.ts'
import { createPost } from './lib/webhooks/post.ts'
import { createLookup } from './lib/webhooks/resolve.ts'
import { createLoading } from './services/loading.ts'
import { type OtherProcesses, openStores, type Role } from './services/stores.ts'

/** How long a receiver of a webhook may take, in all. */
const WEBHOOK_TIMEOUT_MS = 10_000

export type Services = ReturnType<typeof openServices>

/**
 * Opens database, cache and queue, and creates the features' services. `close` waits for work under
 * way and may be called twice.
 *
 * @param others none by default
 */
export function openServices(
  config: Config,
  databaseUrl: string,
  log: Log,
  role: Role,
  others: OtherProcesses = {},
) {
  const defaultCurrency = requireCurrency(config.DEFAULT_CURRENCY)
  const stores = openStores(config, databaseUrl, log, role, others)
  const { metrics, crypto, database, webhookDatabase, prepared, lookUps, commits } = stores
  const { cache, queue, webhookQueue, outbox } = stores

  const conventions = createConventions({ database, crypto, log })
  const creations = createCreations({ metrics, log })
  const userDeps = { database, lookUps, crypto, cache, creations }
  const users = createUserService(userDeps)
  const sessions = createSessionService({
    database,
    lookUps,
    crypto,
    refreshTokenDays: config.REFRESH_TOKEN_DAYS,
  })
  const userBulk = createUserBulk(userDeps)
  const links = createLinks(config)
  const mail = createMailService({
    database,
    crypto,
    users,
    links,
    transport: openMailTransport(config),
    metrics,
    log,
  })
  const apiKeys = createApiKeyService({ database })
  const audit = createAuditService({ database, crypto })
  const events = createEventService({ database, log })
  const employments = createEmploymentService({ database, users })
  const bankAccounts = createBankAccountService({ database, crypto, users })
  const transactionDeps = {
    database,
    prepared,
    lookUps,
    commits,
    crypto,
    outbox,
    users,
    defaultCurrency,
    creations,
  }
  const transactions = createTransactionService({ ...transactionDeps, cache })
  const transactionBulk = createTransactionBulk(transactionDeps)
  const transactionPast = createTransactionPast({ database, crypto })
  const integrity = createIntegrityService({ database })
  const alertRules = parseAlertRules(config)
  const analytics = createAnalyticsService({
    database,
    lookUps,
    prepared,
    cache,
    metrics,
    outbox,
    defaultCurrency,
    alertRules,
  })
  const busiestUsers = createBusiestUsers({ database, users })
  const creditScores = createCreditScoreService({ database, prepared, metrics, outbox })
  const alerts = createAlertService({
    database,
    prepared,
    users,
    metrics,
    rules: alertRules,
  })
  const tasks = createTaskService({ database })
  const reports = createReportService({
    database,
    databaseUrl,
    outbox,
    log,
    dataDir: config.DATA_DIR,
    retentionHours: config.REPORT_RETENTION_HOURS,
  })

  const imports = createLoading(stores, config, databaseUrl, log)
  const datasets = createDatasetService({ database, databaseUrl, queue, log })

  const allowPrivate = config.WEBHOOK_ALLOW_PRIVATE === 'true'
  const webhooks = createWebhooks({
    database,
    ownDatabase: webhookDatabase,
    crypto,
    queue: webhookQueue,
    post: createPost({ find: createLookup(allowPrivate), timeoutMs: WEBHOOK_TIMEOUT_MS }),
    retryWaits: readRetryWaits(config.WEBHOOK_RETRY_SECONDS),
    outbox,
    metrics,
    log,
    allowPrivate,
    perEndpoint: config.WEBHOOK_CONCURRENCY,
    retentionDays: config.EVENT_RETENTION_DAYS,
    delivers: role === 'worker',
    bus: others.bus,
  })

  let closing: Promise<void> | undefined
  return {
    config,
    log,
    bus: others.bus,
    metrics,
    storage: stores.storage,
    crypto,
    keys: stores.keys,
    database,
    relay: stores.relay,
    relayed: stores.relayed,
    prepared,
    lookUps,
    watch: stores.watch,
    shared: stores.shared,
    cache,
    queue,
    webhookQueue,
    outbox,
    conventions,
    users,
    sessions,
    userBulk,
    links,
    mail,
    apiKeys,
    audit,
    events,
    tasks,
    employments,
    bankAccounts,
    transactions,
    transactionBulk,
    transactionPast,
    integrity,
    analytics,
    busiestUsers,
    creditScores,
    alerts,
    imports,
    reports,
    datasets,
    webhooks,
    /** Begins no more jobs, and waits at most `milliseconds` for those under way. */
    async finishJobs(milliseconds: number): Promise<void> {
      await Promise.all([queue.finish(milliseconds), webhooks.finish(milliseconds)])
    },
    close() {
      closing ??= (async () => {
        await conventions.audit.flush()
        await outbox.close()
        await Promise.all([queue.close(), webhooks.close()])
        await mail.close()
        await stores.close()
      })()
      return closing
    },
  }
}
