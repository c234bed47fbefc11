import { openCache } from './cache/cache.ts'
import type { Config } from './config.ts'
import { openDatabase } from './database/client.ts'
import { watchKeyUse } from './database/key-use.ts'
import { watchStorage } from './database/storage.ts'
import { gaugePendingEvents } from './events/appender.ts'
import { gaugeJobs } from './events/job-metrics.ts'
import { openOutbox } from './events/open-outbox.ts'
import { gaugeOutbox } from './events/outbox.ts'
import { openQueue } from './events/queue.ts'
import { parseAlertRules } from './features/alerts/alert-rules.ts'
import { createAlertService } from './features/alerts/alerts.service.ts'
import { createAnalyticsService } from './features/analytics/analytics.service.ts'
import { createApiKeyService } from './features/api-keys/api-keys.service.ts'
import { createAuditService } from './features/audit/audit.service.ts'
import { createBankAccountService } from './features/bank-accounts/bank-accounts.service.ts'
import { createCreditScoreService } from './features/credit-score/credit-score.service.ts'
import { createDatasetService } from './features/datasets/datasets.service.ts'
import { createEmploymentService } from './features/employments/employments.service.ts'
import { createEventService } from './features/events/events.service.ts'
import { createImportService } from './features/imports/imports.service.ts'
import { loadDataset } from './features/imports/kinds/dataset/dataset-kind.ts'
import { previewDataset } from './features/imports/kinds/dataset/preview-dataset.ts'
import { createTransactionPreview } from './features/imports/kinds/transactions/preview-transactions.ts'
import { createTransactionLoader } from './features/imports/kinds/transactions/transactions-kind.ts'
import { previewUsers } from './features/imports/kinds/users/preview-users.ts'
import { createUserLoader } from './features/imports/kinds/users/users-kind.ts'
import type { Previewers } from './features/imports/preview.ts'
import { createIntegrityService } from './features/integrity/integrity.service.ts'
import { createLinks } from './features/mail/links.ts'
import { createMailService } from './features/mail/mail.service.ts'
import { createReportService } from './features/reports/reports.service.ts'
import { createSessionService } from './features/sessions/sessions.service.ts'
import { createTaskService } from './features/tasks/tasks.service.ts'
import { createTransactionBulk } from './features/transactions/bulk.ts'
import { createTransactionPast } from './features/transactions/past.ts'
import { createRowReader, type RowReader } from './features/transactions/row-reader.ts'
import { createTransactionImport } from './features/transactions/transaction-import.ts'
import { createTransactionService } from './features/transactions/transactions.service.ts'
import { createUserBulk } from './features/users/bulk.ts'
import { createUserLookup } from './features/users/lookup.ts'
import { userExists } from './features/users/user-exists.ts'
import { createUserService } from './features/users/users.service.ts'
import { readRetryWaits } from './features/webhooks/retries.ts'
import { createWebhooks } from './features/webhooks/webhooks.service.ts'
import { createConventions } from './http/conventions.ts'
import { createCreations } from './http/creations/creations.ts'
import { shareMetrics } from './lib/children/all-metrics.ts'
import type { Bus } from './lib/children/bus.ts'
import { createFieldCrypto } from './lib/crypto.ts'
import type { Log } from './lib/log.ts'
import { openMailTransport } from './lib/mail/open-transport.ts'
import { createMetrics } from './lib/metrics.ts'
import { requireCurrency } from './lib/money.ts'
import { openShared } from './lib/redis-watch.ts'
import { createPost } from './lib/webhooks/post.ts'
import { createLookup } from './lib/webhooks/resolve.ts'

/** How long a receiver of a webhook may take, in all. */
const WEBHOOK_TIMEOUT_MS = 10_000

export type Services = ReturnType<typeof openServices>

/** What shows the rows of a file before it is loaded, by kind. It needs no database. */
export const createPreviewers = (rowReader: RowReader): Previewers => ({
  dataset: previewDataset,
  users: previewUsers,
  transactions: createTransactionPreview(rowReader),
})

/** The other processes of the same Passbook, where one parent has them all. */
export interface OtherProcesses {
  readonly bus?: Bus
  /** Whether a worker is among them. */
  readonly hasWorker?: boolean
}

/**
 * Opens database, cache and queue, and creates the features' services. `close` waits for work under
 * way and may be called twice.
 *
 * @param role the relay of a worker polls the outbox; that of an API process is only nudged
 * @param others none by default
 */
export function openServices(
  config: Config,
  databaseUrl: string,
  log: Log,
  role: 'api' | 'worker',
  { bus, hasWorker = false }: OtherProcesses = {},
) {
  const defaultCurrency = requireCurrency(config.DEFAULT_CURRENCY)
  const metrics = createMetrics()
  const storage = watchStorage(metrics, log, bus)
  const crypto = createFieldCrypto(config.encryptionKeys)
  const {
    database,
    relay,
    relayed,
    webhooks: webhookDatabase,
    plain,
    unhurried,
    prepared,
    lookUps,
    commits,
    watch,
    close: closeDatabase,
  } = openDatabase(
    databaseUrl,
    config.DATABASE_POOL_SIZE,
    log,
    // Two connections more than jobs, for sweeps and the like.
    role === 'api'
      ? { relay: 1, background: 2 }
      : { relay: 3, background: config.WORKER_CONCURRENCY + 2, webhooks: 3 },
  )
  const keys = watchKeyUse({ unhurried, crypto, log })
  const shared = openShared(config.REDIS_URL, log)
  const cache = openCache({ shared, bus, isThere: (id) => userExists(database, id), metrics, log })
  const queueOptions = { databaseUrl, shared, storage, metrics, log }
  const queue = openQueue(queueOptions)
  const webhookQueue = openQueue({ ...queueOptions, name: 'webhooks' })
  const outbox = openOutbox({
    database: relay,
    relayed,
    shared,
    queue,
    metrics,
    log,
    retrySeconds: config.OUTBOX_RETRY_SECONDS,
    role,
    bus,
    hasWorker,
  })
  if (bus) shareMetrics(metrics, bus)
  gaugeOutbox(relay, metrics)
  gaugePendingEvents(relay, metrics)
  gaugeJobs({ events: queue, webhooks: webhookQueue }, metrics)

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
  const analytics = createAnalyticsService({
    database,
    lookUps,
    prepared,
    cache,
    metrics,
    outbox,
    defaultCurrency,
  })
  const creditScores = createCreditScoreService({ database, prepared, metrics, outbox })
  const alerts = createAlertService({
    database,
    prepared,
    users,
    metrics,
    rules: parseAlertRules(config),
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

  const rowReader = createRowReader(defaultCurrency)
  const imports = createImportService({
    database,
    plain,
    databaseUrl,
    crypto,
    outbox,
    metrics,
    log,
    loaders: {
      dataset: loadDataset,
      users: createUserLoader(crypto),
      transactions: createTransactionLoader(
        createTransactionImport({
          crypto,
          lookup: createUserLookup(crypto),
          reader: rowReader,
        }),
      ),
    },
    previewers: createPreviewers(rowReader),
    dataDir: config.DATA_DIR,
    maxBytes: config.IMPORT_MAX_BYTES,
    retentionHours: config.IMPORT_RETENTION_HOURS,
  })
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
    bus,
  })

  let closing: Promise<void> | undefined
  return {
    config,
    log,
    bus,
    metrics,
    storage,
    crypto,
    keys,
    database,
    relay,
    relayed,
    prepared,
    lookUps,
    watch,
    shared,
    cache,
    queue,
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
        await cache.close()
        await keys.close()
        shared?.watch.close()
        await closeDatabase()
      })()
      return closing
    },
  }
}
