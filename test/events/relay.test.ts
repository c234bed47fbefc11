import { describe, expect, it } from 'vitest'
import { events } from '../../src/events/catalogue.ts'
import { insertDays, insertUser, readOutbox } from '../setup/rows.ts'
import { openSession } from '../setup/session.ts'
import { figuresJob, useRelays } from './relays.ts'

const relays = useRelays()

describe('the relay', () => {
  it('enqueues one job for a user and marks its outbox rows', async () => {
    await relays.changeDays(1000, 'a-request')
    await relays.passOnce()
    expect(relays.sent).toEqual([figuresJob(relays.user, 'a-request')])
    const rows = await readOutbox(relays.service.database, relays.user)
    expect(rows).toHaveLength(1000)
    expect(rows.every((row) => row.sent && row.attempts === 1)).toBe(true)
  })

  it('enqueues one job for a user with more rows than one batch', async () => {
    await relays.changeDays(2500)
    await relays.passOnce()
    await relays.passOnce()
    expect(relays.sent).toEqual([figuresJob(relays.user)])
  })

  it('enqueues one job for users who wait together', async () => {
    const other = await insertUser(relays.service.database)
    await insertDays(relays.service.database, other, 2, 'two')
    await insertDays(relays.service.database, relays.user, 2, 'one')
    await relays.passOnce()
    expect(relays.sent).toEqual([
      {
        consumer: 'recomputeStatistics',
        payload: { user_ids: [relays.user, other], request_ids: ['one', 'two'] },
      },
    ])
  })

  it('passes on the request that moved a transaction to another day', async () => {
    await insertDays(relays.service.database, relays.user, 1, 'booked')
    await relays.service.database.query('DELETE FROM outbox')
    for (const days of [7, -14]) {
      await relays.service.database.query(
        `UPDATE transactions SET transaction_date = transaction_date + make_interval(days => $2),
           request_id = 'moved' WHERE user_id = $1`,
        [relays.user, days],
      )
      await relays.passOnce()
      await relays.service.services.analytics.recompute([relays.user])
    }
    expect(relays.sentTo('recomputeStatistics')).toEqual([
      figuresJob(relays.user, 'moved'),
      figuresJob(relays.user, 'moved'),
    ])
    expect(relays.sentTo('computeCreditScores')).toEqual([
      { ...figuresJob(relays.user, 'moved'), consumer: 'computeCreditScores', yields: true },
    ])
  })

  it('sees committed rows only', async () => {
    const session = await openSession(relays.service.database.url)
    await session.query('BEGIN')
    await session.query(
      `INSERT INTO transactions
         (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
       VALUES ($1, '', now(), 1, 'credit', 'USD')`,
      [relays.user],
    )
    await relays.passOnce()
    expect(relays.sent).toEqual([])
    await session.query('COMMIT')
    await session.close()
    await relays.passOnce()
    expect(relays.sent).toEqual([figuresJob(relays.user)])
  })

  it('commits its claim before it adds jobs to the queue', async () => {
    let marked: unknown
    relays.whenAdded = async () => {
      marked = await readOutbox(relays.service.database, relays.user)
    }
    await insertDays(relays.service.database, relays.user, 1)
    await relays.passOnce()
    expect(marked).toMatchObject([{ sent: true, attempts: 1 }])
  })

  it('skips a user whose job is under way, until the figures are there', async () => {
    await insertDays(relays.service.database, relays.user, 1)
    await relays.passOnce()
    await insertDays(relays.service.database, relays.user, 1)
    await relays.passOnce()
    expect(relays.sent).toHaveLength(1)
    await relays.service.services.analytics.recompute([relays.user])
    await insertDays(relays.service.database, relays.user, 1)
    await relays.passOnce()
    expect(relays.sentTo('recomputeStatistics')).toHaveLength(2)
  })

  it('has one job of each consumer for a user, neither waiting for the other', async () => {
    const { alerts, analytics, creditScores } = relays.service.services
    const change = async () => {
      await insertDays(relays.service.database, relays.user, 1)
      await analytics.recompute([relays.user])
      await insertDays(relays.service.database, relays.user, 1)
      await relays.service.database.query(
        `INSERT INTO outbox (user_id, type, subjects) VALUES ($1, 'transactions.written', '{1}')`,
        [relays.user],
      )
      await relays.passOnce()
    }
    await change()
    expect(relays.sent.map(({ consumer }) => consumer).sort()).toEqual([
      'computeCreditScores',
      'raiseAlerts',
      'recomputeStatistics',
    ])
    await change()
    expect(relays.sentTo('computeCreditScores')).toHaveLength(1)
    expect(relays.sentTo('raiseAlerts')).toHaveLength(1)
    expect(relays.sentTo('recomputeStatistics')).toHaveLength(2)
    await creditScores.compute([relays.user])
    await change()
    expect(relays.sentTo('computeCreditScores')).toHaveLength(2)
    expect(relays.sentTo('raiseAlerts')).toHaveLength(1)
    await alerts.raise([relays.user])
    await change()
    expect(relays.sentTo('raiseAlerts')).toHaveLength(2)
  })

  it('claims what yields less often than figures, and all of it in the end', async () => {
    const yielding = Object.entries(events)
      .filter(([, event]) => 'yields' in event)
      .map(([type]) => type)
    const others = Object.entries(events)
      .filter(([, event]) => 'coalesced' in event && !('yields' in event))
      .map(([type]) => type)
    await relays.service.database.query(
      `INSERT INTO outbox (user_id, type, subject_id) SELECT $1, type, 1 FROM unnest($2::text[]) AS type`,
      [relays.user, [...yielding, ...others]],
    )
    const claim = async (kind: boolean) => {
      const rows = await relays.service.database.query<{ type: string }>(
        'SELECT type FROM claim_outbox(100, $1)',
        [kind],
      )
      return rows.map(({ type }) => type).sort()
    }
    expect(await claim(false)).toEqual(others.toSorted())
    expect(await claim(true)).toEqual(yielding.toSorted())
  })

  it('enqueues nothing twice when several relays run at once', async () => {
    const users = await Promise.all(
      Array.from({ length: 40 }, () => insertUser(relays.service.database)),
    )
    await Promise.all(users.map((id) => insertDays(relays.service.database, id, 2)))
    await Promise.all(Array.from({ length: 4 }, relays.passOnce))
    const ids = relays.sent.flatMap(({ payload }) => (payload as { user_ids: number[] }).user_ids)
    expect(ids.toSorted((a, b) => a - b)).toEqual(users.toSorted((a, b) => a - b))
  })
})
