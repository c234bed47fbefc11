import { describe, expect, it, vi } from 'vitest'
import { insertDays, insertUser } from '../setup/rows.ts'
import { figuresJob, useRelays } from './relays.ts'

/** So many users of one request are a load. */
const MANY = 50

const relays = useRelays()

/** Inserts a transaction of each user by one statement, in one request or in one each. */
const insertOfEach = (users: readonly number[], requestOf: string) =>
  relays.service.database.query(
    `INSERT INTO transactions
       (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency, request_id)
     SELECT id, '', '2026-03-01', 1, 'credit', 'USD', ${requestOf} FROM unnest($1::bigint[]) AS id`,
    [users],
  )

async function insertUsers(count: number): Promise<readonly number[]> {
  const users: number[] = []
  while (users.length < count) users.push(await insertUser(relays.service.database))
  return users
}

const countLoads = async () => {
  const [row] = await relays.service.database.query<{ loads: number }>(
    'SELECT count(*) FILTER (WHERE load)::int AS loads FROM outbox',
  )
  return row?.loads
}

const claim = (yielding: boolean, loads: boolean) =>
  relays.service.database.query<{ user_id: string }>(
    'SELECT user_id FROM claim_outbox(1000, $1, $2)',
    [yielding, loads],
  )

describe('a load', () => {
  it('is what one request does to many users, and not what many requests do together', async () => {
    const users = await insertUsers(MANY)
    await insertOfEach(users.slice(1), `'one'`)
    expect(await countLoads()).toBe(0)
    await insertOfEach(users, `id::text`)
    expect(await countLoads()).toBe(0)
    await insertOfEach(users, `'one'`)
    expect(await countLoads()).toBe(MANY)
  })

  it('is history of many transactions, which merging keeps apart from what names transactions', async () => {
    const { database } = relays.service
    await database.query(`BEGIN; SET LOCAL passbook.file_load = 'on';
      INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
      SELECT ${relays.user}, '', date '2026-03-01' + n % 3, 1, 'credit', 'USD' FROM generate_series(1, ${MANY}) AS n;
      INSERT INTO outbox (user_id, type, day) VALUES (${relays.user}, 'transaction.created', '2026-03-01');
      UPDATE outbox SET subjects = '{7}' WHERE user_id = ${relays.user} AND NOT load;
      SELECT merge_outbox(); COMMIT`)
    const rows = await database.query(
      'SELECT load, subjects::text AS subjects FROM outbox WHERE user_id = $1 ORDER BY load',
      [relays.user],
    )
    expect(rows).toEqual([
      { load: false, subjects: '{7}' },
      { load: true, subjects: null },
    ])
  })

  it('waits for a claim of loads, which takes one row of each user', async () => {
    const users = await insertUsers(MANY)
    for (const request of [`'one'`, `'another'`]) await insertOfEach(users, request)
    expect(await claim(true, false)).toEqual([])
    const claimed = await claim(false, true)
    expect(claimed.map(({ user_id }) => Number(user_id)).sort((a, b) => a - b)).toEqual(users)
    expect(await claim(false, true)).toEqual([])
    await relays.service.services.analytics.recompute(users)
    const changes = await relays.service.database.query('SELECT FROM outbox WHERE day IS NOT NULL')
    expect(changes).toEqual([])
  })

  it('is enqueued at once if it is the first, later than single changes after it', async () => {
    const users = await insertUsers(MANY)
    await insertOfEach(users, `'first'`)
    const relay = relays.relay({ poll: true })
    await vi.waitFor(() => expect(relays.sentTo('recomputeStatistics')).toHaveLength(1))
    expect(relays.sent[0]).toMatchObject({ payload: { user_ids: users }, yields: true })
    await relays.service.services.analytics.recompute(users)
    await insertOfEach(users, `'second'`)
    await insertDays(relays.service.database, relays.user, 1)
    relay.nudge()
    await vi.waitFor(() => expect(relays.sentTo('recomputeStatistics')).toHaveLength(3), {
      timeout: 5_000,
    })
    expect(relays.sentTo('recomputeStatistics')[1]).toEqual(figuresJob(relays.user))
  })
})
