import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const body = () => ({
  user_id: cast.user.id,
  transaction_date: '2025-01-31',
  transaction_amount: '5.00',
  transaction_type: 'credit' as const,
})
const send = (fields: object) =>
  cast.service.call('createTransaction', { token: cast.user.token, body: { ...body(), ...fields } })

/** Books a transaction, and makes it one of the time of a currency that was retired since. */
async function bookInThePast(currency: string): Promise<number> {
  const { id } = await cast.service.createTransaction(cast.user.token, body())
  const change = 'UPDATE transactions SET currency = $2 WHERE id = $1'
  await cast.service.database.query(change, [id, currency])
  return id
}

const refusal = (replacement: string) => ({
  in: 'body',
  path: '/currency',
  code: 'currency_retired',
  message: `is no longer a currency: send ${replacement}`,
})

describe('a retired currency', () => {
  it.each([
    ['ANG', 'XCG'],
    ['BGN', 'EUR'],
    ['CUC', 'CUP'],
  ])('%s is refused in new transactions, in favour of %s', async (currency, replacement) => {
    const refused = await send({ currency })
    expect([refused.status, refused.body.errors]).toEqual([422, [refusal(replacement)]])
    expect((await send({ currency: replacement })).status).toBe(201)
  })

  it('XAD is none, but a new one', async () => {
    expect((await send({ currency: 'XAD' })).body).toMatchObject({ transaction_amount: '5.00' })
  })

  it('stays in transactions of its time, which can be read, found and changed', async () => {
    const { service, user } = cast
    const { token } = user
    const params = { id: await bookInThePast('BGN') }
    const read = await service.call('getTransaction', { params, token })
    expect(read.body).toMatchObject({ currency: 'BGN', transaction_amount: '5.00' })
    const update = (changes: object) =>
      service.call('updateTransaction', { params, token, body: changes })
    expect((await update({ transaction_amount: '7.50' })).body).toMatchObject({ currency: 'BGN' })
    expect((await update({ transaction_amount: '7.505' })).status).toBe(422)
    expect((await update({ currency: 'CUC' })).body.errors).toEqual([refusal('CUP')])
    const query = { currency: 'BGN' }
    const found = await service.call('listUserTransactions', {
      params: { id: user.id },
      query,
      token,
    })
    expect(found.body).toMatchObject([{ ...params, transaction_amount: '7.50' }])
    const figures = await service.call('getUserAnalytics', {
      params: { id: user.id },
      headers: { 'cache-control': 'no-cache' },
      query,
      token,
    })
    expect(figures.body).toMatchObject({ transaction_count: 1, total_credit: '7.50' })
  })
})
