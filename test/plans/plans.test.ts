import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import { claimLanes, endAttempt, nextDelivery } from '../../src/features/webhooks/lanes.ts'
import { insertDays } from '../setup/rows.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { insertOthers, OTHER_ROWS } from './rows.ts'
import { BELIEFS, believe, stopAutovacuum } from './statistics.ts'
import { rowsRead } from './work.ts'

/** Far less than a table has; a list of users reads a sample of 2,000. */
const MAX_ROWS_READ = 3_000
/** Looks at each import twice: there is one for each file, however many records it has. */
const MAX_ROWS_READ_BY: Readonly<Record<string, number>> = { sweepImports: 2 * OTHER_ROWS }
/**
 * A list may go by the primary key until autovacuum looks at its table, a minute after it has grown:
 * a plan that PostgreSQL keeps may do so as long as it calls the table empty.
 */
const MAX_ROWS_READ_WHILE_EMPTY = { listSessions: OTHER_ROWS + MAX_ROWS_READ }
/** From the sixth time on PostgreSQL may keep a plan. */
const TIMES = 6

const NO_LEASE = '00000000-0000-4000-8000-000000000000'

type Work = Readonly<Record<string, () => Promise<unknown>>>

let service: TestService
let work: Work

/** What the API answers to: of lists over everybody's records a page by cursor, as a page by number counts them. */
function requests(admin: Account, userId: number, transactionId: number): Work {
  const { call } = service
  const { token } = admin
  const params = { id: userId, user_id: userId }
  const first = { cursor: '' }
  const page = { page: 1 }
  return {
    getMe: () => call('getMe', { token }),
    getUser: () => call('getUser', { token, params }),
    'listUsers by address': () =>
      call('listUsers', { token, query: { ...page, email: 'nobody@customers.example' } }),
    'listUsers by a word': () => call('listUsers', { token, query: { ...page, q: 'nobody' } }),
    listTasks: () => call('listTasks', { token, query: page }),
    'listTasks by status': () => call('listTasks', { token, query: { status: 'pending' } }),
    listUserTransactions: () => call('listUserTransactions', { token, params, query: page }),
    'listUserTransactions of a period': () =>
      call('listUserTransactions', {
        token,
        params,
        query: { from: '2020-01-02', to: '2020-01-03' },
      }),
    listTransactionHistory: () =>
      call('listTransactionHistory', { token, params: { id: transactionId }, query: page }),
    checkIntegrity: () => call('checkIntegrity', { token, query: { user_id: userId } }),
    getUserAnalytics: () => call('getUserAnalytics', { token, params }),
    'getUserAnalytics from the ledger': () =>
      call('getUserAnalytics', { token, params, headers: { 'cache-control': 'no-cache' } }),
    listBusiestUsers: () => call('listBusiestUsers', { token }),
    getUserDailyAnalytics: () => call('getUserDailyAnalytics', { token, params }),
    getUserCreditScore: () => call('getUserCreditScore', { token, params }),
    'getUserCreditScore from the ledger': () =>
      call('getUserCreditScore', { token, params, headers: { 'cache-control': 'no-cache' } }),
    listUserCreditScores: () => call('listUserCreditScores', { token, params, query: page }),
    listEmployments: () => call('listEmployments', { token, params, query: page }),
    listBankAccounts: () => call('listBankAccounts', { token, params, query: page }),
    listSessions: () => call('listSessions', { token, query: first }),
    listApiKeys: () => call('listApiKeys', { token, query: first }),
    listReports: () => call('listReports', { token, query: first }),
    listImports: () => call('listImports', { token, query: first }),
    listEvents: () => call('listEvents', { token }),
    'listEvents of a rare type': () =>
      call('listEvents', { token, query: { type: ['alert.raised', 'user.deleted'] } }),
    'listEvents of a user': () => call('listEvents', { token, query: { user_id: userId } }),
    listWebhookDeliveries: () => call('listWebhookDeliveries', { token, params: { id: 1 } }),
    'listWebhookDeliveries by status': () =>
      call('listWebhookDeliveries', { token, params: { id: 1 }, query: { status: 'failed' } }),
    listAlerts: () => call('listAlerts', { token, query: first }),
    'listAlerts by status': () =>
      call('listAlerts', { token, query: { ...first, status: 'open' } }),
    'listAlerts by kind': () =>
      call('listAlerts', { token, query: { ...first, kind: 'large_transaction' } }),
    'listAlerts by kind and status': () =>
      call('listAlerts', { token, query: { ...first, kind: 'score_drop', status: 'open' } }),
    'listAlerts of a user': () => call('listAlerts', { token, query: { user_id: userId } }),
    listDatasets: () => call('listDatasets', { token, query: first }),
    createTransaction: () => service.createTransaction(token, { user_id: userId }),
    createTask: () => call('createTask', { token, body: { title: 'Task' } }),
    deleteUser: () => call('deleteUser', { token, params }),
  }
}

/** Delivers a webhook of a user's, as a job does, but for sending it. */
async function deliverOne(userId: number): Promise<void> {
  const { database } = service.services
  const { id } = await database.webhookDelivery.create({
    data: { userId, endpointId: 1, type: 'ping', nextAttemptAt: new Date() },
  })
  await database.webhookLane.create({ data: { userId, endpointId: 1, dueAt: new Date() } })
  const [claimed] = await claimLanes(database, [1n], 1)
  const lane = { user_id: userId, endpoint_id: 1, lease: claimed?.lease ?? NO_LEASE }
  const next = await nextDelivery(database, lane)
  const began = { startedAt: new Date(), durationMs: 1, error: 'dns' } as const
  await endAttempt(database, lane, next?.id ?? id, { ...began, status: 'delivered', retryAt: null })
  await nextDelivery(database, lane)
}

/** What goes on behind the requests. */
function background(userId: number): Work {
  const { services } = service
  const { database } = services
  const claim = (statement: string) => () => database.$queryRawUnsafe(statement)
  const {
    deleteExpiredTokens,
    deleteOldAnswers,
    sweepAudit,
    sweepDatasets,
    buildDatasetIndexes,
    sweepEvents,
    sweepImports,
    sweepReports,
    sweepWebhooks,
  } = consumersOf(services)
  return {
    'linking of versions': async () => {
      await service.services.database.transaction.updateMany({
        where: { userId },
        data: { description: 'linked' },
      })
      await service.services.database.$executeRaw`SET CONSTRAINTS ALL IMMEDIATE`
    },
    'claim of new changes': claim('SELECT * FROM claim_outbox(2000)'),
    'claim of lost changes': claim('SELECT * FROM claim_lost_outbox(2000, 15)'),
    recompute: () => services.analytics.recompute([userId]),
    computeCreditScores: async () => {
      await services.analytics.recompute([userId])
      await services.creditScores.compute([userId])
    },
    raiseAlerts: async () => {
      await database.$executeRaw`
        INSERT INTO outbox (user_id, type, subjects)
        SELECT user_id, 'transactions.written', array_agg(id) FROM transactions
        WHERE user_id = ${userId} GROUP BY user_id`
      await services.alerts.raise([userId])
    },
    sweepCreditScores: () => services.creditScores.sweep(),
    refreshStatistics: () => services.analytics.refresh(),
    deleteExpiredTokens: () => deleteExpiredTokens({}),
    deleteOldAnswers: () => deleteOldAnswers({}),
    sweepAudit: () => sweepAudit({}),
    sweepDatasets: () => sweepDatasets({}),
    buildDatasetIndexes: () => buildDatasetIndexes({}),
    sweepEvents: () => sweepEvents({}),
    'a few events to append': claim('SELECT * FROM append_events(100)'),
    sweepImports: () => sweepImports({}),
    sweepReports: () => sweepReports({}),
    sweepWebhooks: () => sweepWebhooks({}),
    'claim of lanes of webhooks': claim('SELECT * FROM claim_webhook_lanes(ARRAY[1, 2], 4, 60)'),
    'delivery of a webhook': () => deliverOne(userId),
  }
}

beforeAll(async () => {
  service = await startTestService({ env: { DATABASE_POOL_SIZE: '2' } })
  const { database } = service
  await stopAutovacuum(database)
  await database.query(
    `INSERT INTO webhook_endpoints (id, url, secret) SELECT id, '', '' FROM unnest('{1,2}'::bigint[]) AS id`,
  )
  const admin = await service.createAccount('admin')
  const { id: userId } = await service.createCustomer(admin.token)
  await insertDays(database, userId, 30)
  const { id } = await service.createTransaction(admin.token, { user_id: userId })
  work = { ...requests(admin, userId, id), ...background(userId) }
  await believe(database, BELIEFS.empty)
  // Plans are made, and may be kept, while nothing else is there.
  for (const one of Object.values(work)) {
    for (let time = 0; time < TIMES; time += 1) await rowsRead(service.services, one)
  }
  await insertOthers(database)
}, 60_000)
afterAll(() => service.close())

/** Every work that read too much of a table, and of which. */
async function measure(
  allowed = MAX_ROWS_READ,
  allowedBy: Readonly<Record<string, number>> = MAX_ROWS_READ_BY,
): Promise<Record<string, unknown>> {
  const tooMuch: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(work)) {
    const rows = await rowsRead(service.services, one)
    const most = Math.max(0, ...Object.values(rows))
    if (most > Math.max(allowed, allowedBy[name] ?? 0)) tooMuch[name] = rows
  }
  return tooMuch
}

describe('rows read for one user among 10,000 others', () => {
  it('are at most those of a table once, by plans that were made while it was empty', async () => {
    expect(await measure(OTHER_ROWS + MAX_ROWS_READ)).toEqual({})
  })

  it.each(Object.entries(BELIEFS))(
    'are few where statistics call the tables %s',
    async (_, belief) => {
      await believe(service.database, belief)
      const allowedBy =
        belief === BELIEFS.empty
          ? { ...MAX_ROWS_READ_BY, ...MAX_ROWS_READ_WHILE_EMPTY }
          : MAX_ROWS_READ_BY
      expect(await measure(MAX_ROWS_READ, allowedBy)).toEqual({})
    },
  )

  it('are few with true statistics', async () => {
    await service.database.query('ANALYZE')
    expect(await measure()).toEqual({})
  })
})
