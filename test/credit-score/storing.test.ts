import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCreditScoreService } from '../../src/features/credit-score/credit-score.service.ts'
import { useCast } from '../setup/cast.ts'
import { insertDays, insertUser, withoutAlerts } from '../setup/rows.ts'

/** Without a worker: the tests compute figures and scores themselves. */
const cast = useCast()
let user: number

beforeAll(() => withoutAlerts(cast.service.database))
beforeEach(async () => {
  user = await insertUser(cast.service.database)
})

const recompute = () => cast.service.services.analytics.recompute([user])
const compute = () => cast.service.services.creditScores.compute([user])

const query = async <Row extends Record<string, unknown>>(text: string) =>
  cast.service.database.query<Row>(text, [user])

const stored = async () => {
  const [row] = await query<{ score: number; formula_version: number; version: string }>(
    `SELECT score, formula_version, statistics_version AS version FROM credit_scores WHERE user_id = $1`,
  )
  return row
}
/** Stores a score of 300, computed from this version of the figures. */
const store = async (version: number) => {
  const scores = [{ user_id: user, answered: [], version, next_day: null, score: 300, factors: [] }]
  await cast.service.database.query('SELECT store_credit_scores($1, 1)', [JSON.stringify(scores)])
}
const waiting = () => query('SELECT type, subject_id::int FROM outbox WHERE user_id = $1')
const past = async () =>
  (
    await query<{ score: number }>(
      'SELECT score FROM credit_score_history WHERE user_id = $1 ORDER BY id',
    )
  ).map(({ score }) => score)

const read = async () => {
  const { token } = cast.staff
  return (await cast.service.call('getUserCreditScore', { params: { id: user }, token })).body
}

describe('storing a score', () => {
  it('deletes the outbox row of the recomputation, which asked for it', async () => {
    await insertDays(cast.service.database, user, 3)
    await recompute()
    expect(await waiting()).toEqual([{ type: 'statistics.updated', subject_id: user }])
    expect(await read()).toMatchObject({ score: null, is_current: false })
    await compute()
    expect(await waiting()).toEqual([])
    expect(await read()).toMatchObject({ is_current: true })
  })

  it('waits as one outbox row, however often the figures are computed before it', async () => {
    for (let round = 0; round < 3; round += 1) {
      await insertDays(cast.service.database, user, 1)
      await recompute()
    }
    expect(await waiting()).toHaveLength(1)
    await query('UPDATE outbox SET enqueued_at = now() WHERE user_id = $1')
    for (let round = 0; round < 3; round += 1) {
      await insertDays(cast.service.database, user, 1)
      await recompute()
    }
    expect(await waiting()).toHaveLength(2)
  })

  it('leaves outbox rows of changes that its figures do not hold', async () => {
    await insertDays(cast.service.database, user, 3)
    await recompute()
    await insertDays(cast.service.database, user, 1)
    await compute()
    expect(await waiting()).toEqual([{ type: 'transaction.created', subject_id: null }])
    expect((await read()).is_current).toBe(false)
  })

  it('never puts a score of older figures in place of one of newer figures', async () => {
    await insertDays(cast.service.database, user, 3)
    await recompute()
    await compute()
    const before = await stored()
    await store(Number(before?.version) - 1)
    expect(await stored()).toEqual(before)
    expect(await past()).toEqual([before?.score])
    await store(Number(before?.version))
    expect(await past()).toEqual([before?.score, 300])
  })

  it('gives the same as one computation when many run at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      await insertDays(cast.service.database, user, 5)
      await Promise.all([recompute(), compute(), compute(), recompute(), compute()])
    }
    await recompute()
    await compute()
    expect(await waiting()).toEqual([])
    const { token } = cast.staff
    const headers = { 'cache-control': 'no-cache' }
    const params = { id: user }
    const { body } = await cast.service.call('getUserCreditScore', { params, token, headers })
    expect((await stored())?.score).toBe(body.score)
  })

  it('does nothing without an outbox row', async () => {
    const { creditScores } = cast.service.services.metrics
    const count = async () => (await creditScores.get()).values[0]?.value ?? 0
    await insertDays(cast.service.database, user, 3)
    await recompute()
    const before = await count()
    await compute()
    await compute()
    expect(await count()).toBe(before + 1)
  })

  it('notes changes alone in the history', async () => {
    for (const days of [1, 1, 40, 40]) {
      await insertDays(cast.service.database, user, days)
      await recompute()
      await compute()
    }
    await query('DELETE FROM transactions WHERE user_id = $1')
    await recompute()
    await compute()
    const scores = await past()
    expect(scores.length).toBeGreaterThan(2)
    expect(scores.at(-1)).toBeNull()
    for (const [index, score] of scores.entries()) expect(score).not.toBe(scores[index + 1])
  })
})

describe('the deletion of a user', () => {
  it('deletes score and history', async () => {
    user = (await cast.service.createCustomer(cast.staff.token)).id
    await insertDays(cast.service.database, user, 1)
    await recompute()
    await compute()
    expect(await past()).toHaveLength(1)
    const { token } = cast.staff
    const { status } = await cast.service.call('deleteUser', { params: { id: user }, token })
    expect(status).toBe(204)
    expect([await stored(), await past(), await waiting()]).toEqual([undefined, [], []])
  })

  it('is not undone by a computation that was under way', async () => {
    await insertDays(cast.service.database, user, 1)
    await recompute()
    await query('DELETE FROM users WHERE id = $1')
    await store(1)
    await compute()
    expect([await stored(), await past()]).toEqual([undefined, []])
  })
})

describe('the sweep', () => {
  const sweep = () => cast.service.services.creditScores.sweep()
  const outdated = { type: 'credit_score.outdated', subject_id: 0 }

  beforeEach(async () => {
    await insertDays(cast.service.database, user, 3)
    await recompute()
    await compute()
    outdated.subject_id = user
  })

  it('has scores of a former formula computed anew, once each', async () => {
    await sweep()
    expect(await waiting()).toEqual([])
    const before = await stored()
    await query('UPDATE credit_scores SET formula_version = 0, score = NULL WHERE user_id = $1')
    expect((await read()).is_current).toBe(false)
    await sweep()
    await sweep()
    expect(await waiting()).toEqual([outdated])
    await compute()
    expect(await stored()).toEqual(before)
    expect((await read()).is_current).toBe(true)
  })

  it('notes in the history that the formula changed, where there is a score', async () => {
    const before = await past()
    await query('UPDATE credit_scores SET formula_version = 2 WHERE user_id = $1')
    expect(await past()).toEqual([...before, before.at(-1)])
  })

  it('leaves scores of a newer formula alone', async () => {
    await query('UPDATE credit_scores SET formula_version = 2 WHERE user_id = $1')
    await sweep()
    expect(await waiting()).toEqual([])
    expect((await read()).is_current).toBe(true)
  })

  it('has a score computed anew when a day comes that was in the future', async () => {
    await query(
      `INSERT INTO transactions (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
       VALUES ($1, '', '2090-01-01 12:00Z', 5, 'debit', 'USD')`,
    )
    await recompute()
    await compute()
    const before = await stored()
    const { services } = cast.service
    const on = (date: string) =>
      createCreditScoreService({ ...services, now: () => new Date(`${date}T00:00:00Z`) })
    await on('2089-12-31').sweep()
    expect(await waiting()).toEqual([])
    await on('2090-01-01').sweep()
    expect(await waiting()).toEqual([outdated])
    const caller = { id: cast.staff.id, role: 'staff' } as const
    expect((await on('2090-01-01').read(caller, user, false)).isCurrent).toBe(false)
    await on('2090-01-01').compute([user])
    expect((await stored())?.score).not.toBe(before?.score)
    expect(await on('2090-01-01').read(caller, user, false)).toMatchObject({ isCurrent: true })
    await on('2090-01-02').sweep()
    expect(await waiting()).toEqual([])
  })
})
