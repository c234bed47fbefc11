import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PlainDatabase } from '../../src/database/client.ts'
import { boundedBy, WORK_LIMITS } from '../../src/database/work-limits.ts'
import { parseAlertRules } from '../../src/features/alerts/alert-rules.ts'
import { createAnalyticsService } from '../../src/features/analytics/analytics.service.ts'
import { createCallerLookUp } from '../../src/features/sessions/caller-look-up.ts'
import { createHistoryReader } from '../../src/features/transactions/history-pages.ts'
import { createOwnerLookUp } from '../../src/features/users/owner.ts'
import { createReadyUsers } from '../../src/features/users/ready-users.ts'
import { sessionOf } from '../setup/access-token.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { insertOthers } from './rows.ts'
import { BELIEFS, believe, stopAutovacuum } from './statistics.ts'

const PEOPLE = 20
/** From the sixth time on PostgreSQL may keep a plan. */
const TIMES = 6
/** A row of each of two tables for everybody; a few more for those who have several. */
const MAX_ROWS_READ = 3 * PEOPLE

let service: TestService
let client: pg.Client
let lookUps: Readonly<Record<string, () => Promise<unknown>>>
/** The rows read of each table by the statements of one look-up. */
let read: Record<string, number>

/** The rows of each table that the transaction under way has read. */
async function rowsReadSoFar(): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ name: string; rows: string }>(
    `SELECT relname AS name, seq_tup_read + coalesce(idx_tup_fetch, 0) AS rows
     FROM pg_stat_xact_user_tables`,
  )
  return new Map(rows.map(({ name, rows: count }) => [name, Number(count)]))
}

/** What a statement is prepared as, so that PostgreSQL may keep its plan. */
const nameOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 24)

/** Runs look-ups as Passbook does, on one connection, and notes what they read. */
const noting: PlainDatabase = {
  async rows<Row extends object>(text: string, values: readonly unknown[]) {
    await client.query('BEGIN')
    const before = await rowsReadSoFar()
    const { rows } = await client.query({ name: nameOf(text), text, values: [...values] })
    for (const [table, count] of await rowsReadSoFar()) {
      const rowsOfTable = count - (before.get(table) ?? 0)
      if (rowsOfTable > 0) read[table] = (read[table] ?? 0) + rowsOfTable
    }
    await client.query('ROLLBACK')
    return rows as Row[]
  },
}

/** Each shared look-up, asked for many people at once. */
function shared(people: readonly { readonly id: number; readonly token: string }[]) {
  const { services } = service
  const admin = { id: people[0]?.id ?? 0, role: 'admin' } as const
  const deps = {
    ...services,
    lookUps: noting,
    defaultCurrency: 'USD',
    alertRules: parseAlertRules(services.config),
  }
  const caller = createCallerLookUp(noting)
  const user = createReadyUsers(deps)
  const owner = createOwnerLookUp(noting, services.crypto)
  const analytics = createAnalyticsService(deps)
  const history = createHistoryReader(deps)
  const forAll = (ask: (id: number, token: string) => Promise<unknown>) => () =>
    Promise.all(people.map(({ id, token }) => ask(id, token)))
  return {
    callers: forAll((id, token) => caller(id, sessionOf(token))),
    users: forAll((id) => user.show(admin, id)),
    owners: forAll((id) => owner(id)),
    'versions of figures': forAll((id) => analytics.read(admin, id, {})),
    'heads of histories': forAll((id) => history.read(admin, id, { per_page: 5 }, '/')),
  }
}

/** The rows of each table that a look-up read. */
async function measure(lookUp: () => Promise<unknown>): Promise<Record<string, number>> {
  read = {}
  await lookUp()
  return read
}

beforeAll(async () => {
  service = await startTestService()
  const { database } = service
  await stopAutovacuum(database)
  const settings = boundedBy(WORK_LIMITS.request, '-c enable_seqscan=off')
  client = new pg.Client({ ...settings, connectionString: database.url })
  await client.connect()
  const people = []
  for (let count = 0; count < PEOPLE; count += 1) people.push(await service.createAccount())
  for (const { id, token } of people) await service.createTransaction(token, { user_id: id })
  await service.services.analytics.recompute(people.map(({ id }) => id))
  lookUps = shared(people)
  await believe(database, BELIEFS.empty)
  // Plans are made, and may be kept, while nothing else is there.
  for (const lookUp of Object.values(lookUps)) {
    for (let time = 0; time < TIMES; time += 1) await measure(lookUp)
  }
  await insertOthers(database)
}, 60_000)
afterAll(async () => {
  await client.end()
  await service.close()
})

/** What each look-up that read too much has read, and whether each has read anything. */
async function findings(): Promise<Record<string, unknown>> {
  const wrong: Record<string, unknown> = {}
  for (const [name, lookUp] of Object.entries(lookUps)) {
    const rows = await measure(lookUp)
    const most = Math.max(0, ...Object.values(rows))
    if (most > MAX_ROWS_READ || most < PEOPLE) wrong[name] = rows
  }
  return wrong
}

describe('look-ups that requests share read for 20 users among 10,000 others', () => {
  it('few rows, by plans that were made while the tables were empty', async () => {
    expect(await findings()).toEqual({})
  })

  it.each(Object.entries(BELIEFS))(
    'few rows where statistics call the tables %s',
    async (_, belief) => {
      await believe(service.database, belief)
      for (let time = 0; time < TIMES; time += 1) expect(await findings()).toEqual({})
    },
  )

  it('few rows with true statistics', async () => {
    await service.database.query('ANALYZE')
    for (let time = 0; time < TIMES; time += 1) expect(await findings()).toEqual({})
  })
})
