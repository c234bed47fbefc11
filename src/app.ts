import type { FastifyInstance } from 'fastify'
import { alertRoutes } from './features/alerts/alerts.routes.ts'
import { analyticsRoutes } from './features/analytics/analytics.routes.ts'
import { apiKeyRoutes } from './features/api-keys/api-keys.routes.ts'
import { auditRoutes } from './features/audit/audit.routes.ts'
import { authRoutes } from './features/auth/auth.routes.ts'
import { createAuthService } from './features/auth/auth.service.ts'
import { browserSessionRoutes } from './features/auth/browser-session.routes.ts'
import { createBrowserSessions } from './features/auth/browser-session.ts'
import { emailVerificationRoutes } from './features/auth/email-verification.routes.ts'
import { createEmailVerification } from './features/auth/email-verification.ts'
import { createLoginThrottle } from './features/auth/login-throttle.ts'
import { createPasswordChange } from './features/auth/password-change.ts'
import { passwordResetRoutes } from './features/auth/password-reset.routes.ts'
import { createPasswordReset } from './features/auth/password-reset.ts'
import { bankAccountRoutes } from './features/bank-accounts/bank-accounts.routes.ts'
import { creditScoreRoutes } from './features/credit-score/credit-score.routes.ts'
import { datasetRoutes } from './features/datasets/datasets.routes.ts'
import { employmentRoutes } from './features/employments/employments.routes.ts'
import { eventRoutes } from './features/events/events.routes.ts'
import { importRoutes } from './features/imports/imports.routes.ts'
import { profileRoutes } from './features/imports/profiles.routes.ts'
import { integrityRoutes } from './features/integrity/integrity.routes.ts'
import { reportRoutes } from './features/reports/reports.routes.ts'
import { sessionRoutes } from './features/sessions/sessions.routes.ts'
import {
  documentRoutes,
  healthRoutes,
  indexRoutes,
  queueRoutes,
} from './features/system/system.routes.ts'
import { taskRoutes } from './features/tasks/tasks.routes.ts'
import { transactionRoutes } from './features/transactions/transactions.routes.ts'
import { userRoutes } from './features/users/users.routes.ts'
import {
  webhookDeliveryRoutes,
  webhookEndpointRoutes,
} from './features/webhooks/webhooks.routes.ts'
import { type FindCaller, installTokens } from './http/auth.ts'
import { CONSOLE_PATH, installConsole } from './http/console/console.ts'
import { COOKIE_SECONDS } from './http/console/session-cookie.ts'
import { readApiDocument } from './http/document/api-document.ts'
import { DOCS_PATH, installDocs } from './http/document/docs.ts'
import { createRouter, refuseUndocumentedRoutes } from './http/router.ts'
import { createHttp, type HttpOptions } from './http/server.ts'
import type { Services } from './services.ts'

/** Most requests share look-ups and commits; of the others, more would only wait longer for a connection. */
const REQUESTS_PER_CONNECTION = 4

/** Limits that tests override. */
export type Limits = Pick<HttpOptions, 'bodyTimeoutMs' | 'maxWaitMs'>

const createBase = (
  { config, log, bus, metrics, storage, shared }: Services,
  limits: Limits = {},
): Promise<FastifyInstance> =>
  createHttp({
    ...limits,
    log,
    metrics,
    storage,
    shared,
    parent: config.API_PROCESSES > 1 ? bus : undefined,
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY,
    requestsPerMinute: config.RATE_LIMIT_PER_MINUTE,
    maxRequests:
      config.MAX_REQUESTS_UNDER_WAY ?? config.DATABASE_POOL_SIZE * REQUESTS_PER_CONNECTION,
    maxStreams: config.MAX_STREAMS_UNDER_WAY,
    maxConnections: config.MAX_CONNECTIONS,
    maxMemoryMb: config.MAX_MEMORY_MB,
  })

const findCallerOf =
  ({ sessions, apiKeys }: Services): FindCaller =>
  (credential) =>
    credential.kind === 'key'
      ? apiKeys.findCaller(credential.key)
      : sessions.findCaller(credential.userId, credential.sessionId)

/**
 * Builds the API, without listening: its body is the table of contents of all routes.
 *
 * @throws StartupError if an operation has no handler, or a route no operation
 */
export async function buildApp(services: Services, limits?: Limits): Promise<FastifyInstance> {
  const {
    config,
    crypto,
    database,
    conventions,
    users,
    sessions,
    userBulk,
    links,
    apiKeys,
    transactions,
    transactionBulk,
    analytics,
    tasks,
  } = services
  const app = await createBase(services, limits)
  refuseUndocumentedRoutes(
    app,
    (url) => url.startsWith(DOCS_PATH) || url.startsWith(CONSOLE_PATH) || url === '*',
  )
  await installTokens(app, config.jwtSecret, config.ACCESS_TOKEN_SECONDS)
  const document = await readApiDocument()
  await installDocs(app, document)
  const sendConsole = await installConsole(app)
  const throttle = createLoginThrottle({ database, crypto })
  const auth = createAuthService({
    database,
    users,
    sessions,
    throttle,
    signAccessToken: (claims) => app.jwt.sign(claims),
    accessTokenSeconds: config.ACCESS_TOKEN_SECONDS,
  })

  const { handle, handleAhead, handleFile, lockBefore, assertComplete } = createRouter(
    app,
    findCallerOf(services),
    conventions,
  )
  authRoutes(handle, auth, users, createPasswordChange({ database, throttle }))
  const browserSessions = createBrowserSessions({
    auth,
    sessions,
    signCookie: (claims) =>
      app.jwt.sign({ ...claims, cookie: true }, { expiresIn: `${COOKIE_SECONDS}s` }),
    lifetimeSeconds: COOKIE_SECONDS,
  })
  browserSessionRoutes(handle, browserSessions)
  emailVerificationRoutes(handle, createEmailVerification({ database, crypto, users }))
  passwordResetRoutes(handle, createPasswordReset({ database, crypto, users, links }))
  sessionRoutes(handle, sessions)
  apiKeyRoutes(handle, apiKeys)
  auditRoutes(handle, services.audit)
  eventRoutes(handle, services.events)
  app.drain.closing.addEventListener('abort', services.events.endStreams)
  webhookEndpointRoutes(handle, services.webhooks.endpoints)
  webhookDeliveryRoutes(handle, services.webhooks.deliveries)
  userRoutes(handle, handleAhead, users, userBulk)
  employmentRoutes(handle, services.employments)
  bankAccountRoutes(handle, services.bankAccounts)
  transactionRoutes(
    handle,
    handleAhead,
    lockBefore,
    transactions,
    transactionBulk,
    services.transactionPast,
  )
  integrityRoutes(handle, services.integrity)
  analyticsRoutes(handle, handleAhead, analytics, services.busiestUsers)
  creditScoreRoutes(handle, services.creditScores)
  alertRoutes(handle, services.alerts)
  taskRoutes(handle, tasks)
  importRoutes(handle, handleFile, services.imports, limits?.bodyTimeoutMs)
  profileRoutes(handle, services.imports.profiles)
  app.drain.closing.addEventListener('abort', services.imports.endEvents)
  reportRoutes(handle, services.reports)
  datasetRoutes(handle, services.datasets)
  const { isStopping } = app.drain
  healthRoutes(handle, { ...services, isStopping, metricsToken: config.METRICS_TOKEN })
  queueRoutes(handle, services)
  documentRoutes(handle, document)
  indexRoutes(handle, sendConsole)
  assertComplete()
  // Loads the query compiler now, and not at the first request.
  await Promise.all([app.ready(), database.$connect()])
  return app
}

/** Builds health and metrics only, for a worker process; does not listen. */
export async function buildHealthApp(services: Services): Promise<FastifyInstance> {
  const app = await createBase(services)
  const { handle } = createRouter(app, findCallerOf(services), services.conventions)
  const { isStopping } = app.drain
  healthRoutes(handle, { ...services, isStopping, metricsToken: services.config.METRICS_TOKEN })
  await app.ready()
  return app
}
