import { beforeAll, describe, expect, it } from 'vitest'
import type { PastScore } from '../../src/generated/schemas.ts'
import { useCast } from '../setup/cast.ts'

/** Without a worker: the tests compute figures and scores themselves. */
const cast = useCast()

const list = (query = {}, token: string | undefined = cast.user.token, id = cast.user.id) =>
  cast.service.call('listUserCreditScores', { params: { id }, query, ...(token && { token }) })

const book = async (fields = {}) => {
  const { analytics, creditScores } = cast.service.services
  const { id, token } = cast.user
  await cast.service.createTransaction(token, {
    user_id: id,
    transaction_date: '2024-06-01',
    ...fields,
  })
  await analytics.recompute([id])
  await creditScores.compute([id])
}

const scores = (body: readonly PastScore[]) => body.map(({ score }) => score)

beforeAll(async () => {
  for (let month = 1; month <= 5; month += 1) await book({ transaction_date: `2024-0${month}-01` })
})

describe('listUserCreditScores', () => {
  it('has an entry for each change, newest first', async () => {
    const { status, headers, body } = await list()
    expect(status).toBe(200)
    expect(headers['x-total-count']).toBe('5')
    expect(scores(body)).toEqual(scores(body).toSorted((a, b) => Number(b) - Number(a)))
    const { score, band, formula_version, computed_at } = (
      await cast.service.call('getUserCreditScore', {
        params: { id: cast.user.id },
        token: cast.user.token,
      })
    ).body
    expect(body[0]).toEqual({ score, band, formula_version, computed_at })
    expect(body.map(({ computed_at }: PastScore) => computed_at)).toEqual(
      body
        .map(({ computed_at }: PastScore) => computed_at)
        .toSorted()
        .toReversed(),
    )
  })

  it('has none where the score stays the same', async () => {
    const { body: before } = await list()
    await cast.service.createTransaction(cast.user.token, {
      user_id: cast.user.id,
      transaction_date: '2090-01-01',
    })
    await cast.service.services.analytics.recompute([cast.user.id])
    await cast.service.services.creditScores.compute([cast.user.id])
    expect((await list()).body).toEqual(before)
  })

  it('answers page by page', async () => {
    const { body: all } = await list()
    const { headers, body } = await list({ page: 2, per_page: 2 })
    expect(body).toEqual(all.slice(2, 4))
    expect(headers['link']).toContain('page=3')
    expect((await list({ page: 9 })).body).toEqual([])
  })

  it('neither skips nor repeats entries by cursor while others are added', async () => {
    const { body: all } = await list()
    const seen: PastScore[] = []
    let cursor: unknown = ''
    while (cursor !== undefined) {
      const { headers, body } = await list({ cursor, per_page: 1 })
      seen.push(...body)
      cursor = headers['x-next-cursor']
      if (seen.length === 2) await book({ transaction_date: '2024-06-01' })
    }
    expect(seen).toEqual(all)
    expect((await list()).headers['x-total-count']).toBe(String(all.length + 1))
  })

  it('is empty for a user without transactions', async () => {
    const { status, body } = await list({}, cast.other.token, cast.other.id)
    expect([status, body]).toEqual([200, []])
  })

  it.each([
    ['per_page', { per_page: 101 }],
    ['page', { page: 0 }],
    ['page', { page: 1, cursor: '' }],
    ['cursor', { cursor: 'WyJhIl0' }],
    ['band', { band: 'good' }],
  ])('refuses %s', async (path, query) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'query', path })
  })

  it('shows staff those of customers, and hides them from others', async () => {
    expect((await list({}, cast.staff.token)).body).toEqual((await list()).body)
    const hidden = await list({}, cast.other.token)
    expect([hidden.status, hidden.body.detail]).toEqual([
      404,
      `User with ID ${cast.user.id} not found`,
    ])
    expect((await list({}, cast.staff.token, 999_999)).status).toBe(404)
  })

  it('needs a token', async () => {
    expect((await list({}, '')).status).toBe(401)
  })
})
