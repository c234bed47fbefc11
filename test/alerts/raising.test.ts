import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forget, pendingOf } from '../events/feed/pending.ts'
import { accepted, finished } from '../imports/imports.ts'
import { insertUser } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { openSession } from '../setup/session.ts'
import { startWorker } from '../setup/worker.ts'
import { alertsOf, type Booking, insertBookings, raised, storeScore } from './alerts.ts'

/** Without a worker: a test raises alerts when it wants to. */
let service: TestService
let user: number

beforeAll(async () => {
  service = await startTestService()
})
beforeEach(async () => {
  user = await insertUser(service.database)
})
afterAll(() => service.close())

const book = (...bookings: readonly Booking[]) => insertBookings(service.database, user, bookings)
const look = () => raised(service, user)
const update = (set: string, id?: number) =>
  service.database.query(`UPDATE transactions SET ${set} WHERE id = $1`, [id])
const many = (count: number, booking: Booking) => Array.from({ length: count }, () => booking)

describe('a transaction', () => {
  it('raises an alert above the limit of its currency, and not at it', async () => {
    const [, above] = await book(
      { date: '2026-03-01', amount: '10000.00' },
      { date: '2026-03-01', amount: '10000.01' },
      { date: '2026-03-01', amount: '99999999', currency: 'JPY' },
    )
    expect(await look()).toEqual([`large_transaction ${above}/10000.01/USD`])
  })

  it('raises one alert however often the job runs, and another with another amount', async () => {
    const [id] = await book({ date: '2026-03-01', amount: 20_000 })
    const first = `large_transaction ${id}/20000/USD`
    expect(await look()).toEqual([first])
    await update(`transaction_amount = transaction_amount, description = 'again'`, id)
    expect(await look()).toEqual([first])
    await update(`transaction_date = '2026-03-02'`, id)
    expect(await look()).toEqual([first])
    await update('transaction_amount = 30000', id)
    expect(await look()).toEqual([first, `large_transaction ${id}/30000/USD`])
    await update('transaction_amount = 20000', id)
    expect(await look()).toHaveLength(2)
  })

  it('raises none once it is gone, or lowered', async () => {
    const [gone, lowered] = await book(...many(2, { date: '2026-03-01', amount: 20_000 }))
    await service.database.query('DELETE FROM transactions WHERE id = $1', [gone])
    await update('transaction_amount = 1', lowered)
    expect(await look()).toEqual([])
  })

  it('is unusual among many like each other', async () => {
    const usual = Array.from({ length: 20 }, (_, at) => ({
      date: `2026-02-0${1 + (at % 9)}`,
      amount: 10 + (at % 3),
    }))
    await book(...usual)
    const [id] = await book({ date: '2026-02-10', amount: 30 }, { date: '2026-02-10', amount: 14 })
    expect(await look()).toEqual([`large_transaction ${id}/30/USD`])
    const [alert] = await service.database.query<{ threshold: string }>(
      'SELECT threshold FROM alerts WHERE user_id = $1',
      [user],
    )
    // Mean 10.95 and standard deviation 0.80467 of seven 10, seven 11 and six 12.
    expect(alert?.threshold).toBe('14.1686')
  })
})

describe('what months show to be usual', () => {
  const suspects = () =>
    service.database.query<{ subjects: number[] }>(
      `SELECT subjects::int[] AS subjects FROM outbox WHERE user_id = $1 AND type = 'transactions.written'`,
      [user],
    )
  const recompute = () => service.services.analytics.recompute([user])

  it('is looked at no more; what may be unusual is', async () => {
    const usual = Array.from({ length: 60 }, (_, at) => ({
      date: `2026-0${1 + (at % 2)}-${String(1 + (at % 28)).padStart(2, '0')}`,
      amount: 10 + (at % 30),
    }))
    await book(...usual)
    await recompute()
    await service.database.query('DELETE FROM outbox WHERE user_id = $1', [user])
    const [, unusual, above] = await book(
      { date: '2026-03-05', amount: 40 },
      { date: '2026-03-05', amount: 400 },
      { date: '2026-03-06', amount: 20_000 },
    )
    await recompute()
    expect(await suspects()).toEqual([{ subjects: expect.arrayContaining([unusual, above]) }])
    expect((await suspects())[0]?.subjects).toHaveLength(2)
  })

  it('is nothing for months without the sums of squares, which a former release writes', async () => {
    await book(...many(30, { date: '2026-02-01', amount: 10 }))
    await recompute()
    await service.database.query('DELETE FROM outbox WHERE user_id = $1', [user])
    await service.database.query(
      'UPDATE monthly_statistics SET total_squares = 0 WHERE user_id = $1',
      [user],
    )
    const ids = await book({ date: '2026-03-05', amount: 11 })
    await recompute()
    expect(await suspects()).toEqual([{ subjects: ids }])
  })
})

describe('a busy day', () => {
  it('raises one alert, when it is above the usual and has enough', async () => {
    await book(...many(19, { date: '2026-03-01', amount: 1 }))
    expect(await look()).toEqual([])
    await book({ date: '2026-03-01', amount: 1 })
    expect(await look()).toEqual(['unusual_velocity 2026-03-01/USD'])
    await book(...many(50, { date: '2026-03-01', amount: 1 }))
    expect(await look()).toHaveLength(1)
  })

  it('raises none for a user with such days', async () => {
    for (let day = 1; day < 29; day += 1) {
      await book(...many(25, { date: `2026-02-${String(day).padStart(2, '0')}`, amount: 1 }))
    }
    await look()
    await service.database.query('DELETE FROM alerts WHERE user_id = $1', [user])
    await book(...many(27, { date: '2026-03-01', amount: 1 }))
    expect(await look()).toEqual([])
  })
})

describe('a credit score', () => {
  it('raises an alert when it falls by enough, by one formula', async () => {
    const { database } = service
    for (const score of [700, 601, 501, 650, null, 500]) await storeScore(database, user, score)
    await storeScore(database, user, 700)
    await storeScore(database, user, 400, 2)
    const alerts = await look()
    expect(alerts).toEqual([expect.stringMatching(/^score_drop \d+$/)])
    expect(
      await database.query('SELECT score, previous_score FROM alerts WHERE user_id = $1', [user]),
    ).toEqual([{ score: 501, previous_score: 601 }])
    expect(await look()).toEqual(alerts)
  })
})

describe('an alert', () => {
  it('raises an event of ids alone, in the same database transaction', async () => {
    await book({ date: '2026-03-01', amount: 20_000 })
    await service.services.analytics.recompute([user])
    await forget(service.database)
    await look()
    const [alert] = await alertsOf(service.database, user)
    expect(await pendingOf(service.database, user)).toEqual([
      {
        type: 'alert.raised',
        user_id: user,
        data: { alert_id: alert?.id, kind: 'large_transaction' },
        request_id: null,
      },
    ])
  })

  it('is counted by its kind', async () => {
    const count = async () => {
      const { values } = await service.services.metrics.alerts.get()
      return values.find(({ labels }) => labels.kind === 'large_transaction')?.value ?? 0
    }
    const before = await count()
    await book({ date: '2026-03-01', amount: 20_000 })
    await look()
    await look()
    expect(await count()).toBe(before + 1)
  })

  it('is raised for no user who is deleted meanwhile, and goes with one', async () => {
    await book({ date: '2026-03-01', amount: 20_000 })
    await look()
    await book({ date: '2026-03-02', amount: 20_000 })
    await service.database.query('DELETE FROM users WHERE id = $1', [user])
    expect(await look()).toEqual([])
    expect(await service.database.query('SELECT FROM outbox WHERE user_id = $1', [user])).toEqual(
      [],
    )
  })
})

describe('nothing is looked at', () => {
  const waiting = () =>
    service.database.query('SELECT FROM outbox WHERE user_id = $1 AND subjects IS NOT NULL', [user])

  it('after a statement of more than 1,000 transactions', async () => {
    await book(...many(1_001, { date: '2026-03-01', amount: 20_000 }))
    expect(await waiting()).toEqual([])
    await book(...many(1_000, { date: '2026-03-01', amount: 20_000 }))
    expect(await waiting()).toHaveLength(1)
  })

  it.each(['passbook.file_load', 'passbook.key_rotation'])(
    'with the setting %s',
    async (setting) => {
      const session = await openSession(service.database.url)
      await session.query(`SET ${setting} = 'on'`)
      await session.query(
        `INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
       VALUES ($1, '', '2026-03-01', 20000, 'debit', 'USD')`,
        [user],
      )
      await session.query('UPDATE transactions SET transaction_amount = 30000 WHERE user_id = $1', [
        user,
      ])
      await session.close()
      expect(await waiting()).toEqual([])
    },
  )
})

describe('the worker', () => {
  it('raises alerts soon, and none for an import of history', async () => {
    const admin = await service.createAccount('admin')
    const worker = await startWorker(service)
    const { id: loaded } = await service.createCustomer(admin.token)
    const file = `user_id,transaction_date,transaction_amount,transaction_type\n${loaded},2026-03-01,20000.00,debit\n`
    const id = await accepted(service, admin.token, file, { kind: 'transactions' })
    expect(await finished(service, admin.token, id)).toMatchObject({ status: 'completed' })
    await book({ date: '2026-03-01', amount: 20_000 })
    await service.settled()
    expect(await alertsOf(service.database, loaded)).toEqual([])
    expect(await alertsOf(service.database, user)).toMatchObject([{ kind: 'large_transaction' }])
    await worker.close()
  })
})
