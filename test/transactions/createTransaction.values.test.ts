import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const create = (fields: Readonly<Record<string, unknown>>) =>
  cast.service.call('createTransaction', {
    token: cast.user.token,
    body: {
      user_id: cast.user.id,
      transaction_date: '2026-03-01',
      transaction_amount: '1',
      transaction_type: 'debit',
      ...fields,
    },
  })

/** Sends the amount exactly as given, which `JSON.stringify` would change. */
async function createWithNumber(digits: string) {
  const response = await cast.service.app.inject({
    method: 'POST',
    url: '/v1/transactions',
    headers: { authorization: `Bearer ${cast.user.token}`, 'content-type': 'application/json' },
    payload: `{"user_id":${cast.user.id},"transaction_date":"2026-03-01","transaction_type":"debit","transaction_amount":${digits}}`,
  })
  return { status: response.statusCode, body: response.json() }
}

describe('amounts', () => {
  it.each([
    ['USD', '0.01', '0.01'],
    ['USD', '1.5', '1.50'],
    ['USD', '007.50', '7.50'],
    ['USD', '1.1000', '1.10'],
    ['USD', '9999999999999.99', '9999999999999.99'],
    ['USD', 9999999999999.99, '9999999999999.99'],
    ['USD', 0.1, '0.10'],
    ['USD', 1e2, '100.00'],
    ['JPY', '1250', '1250'],
    ['JPY', '1250.0', '1250'],
    ['JPY', 9999999999999, '9999999999999'],
    ['KWD', '0.001', '0.001'],
    ['KWD', 1.25, '1.250'],
    ['CLF', '9999999999999.9999', '9999999999999.9999'],
    ['UYW', 0.0001, '0.0001'],
  ])('accepts %s %j as %s', async (currency, amount, shown) => {
    const { status, body } = await create({ currency, transaction_amount: amount })
    expect(status).toBe(201)
    expect(body).toMatchObject({ currency, transaction_amount: shown })
    const again = await cast.service.call('getTransaction', {
      token: cast.user.token,
      params: { id: body.id },
    })
    expect(again.body.transaction_amount).toBe(shown)
  })

  it.each([
    ['USD', '0', 'form'],
    ['USD', '0.00', 'form'],
    ['USD', '1.001', 'amount_digits'],
    ['USD', 0.1 + 0.2, 'amount_digits'],
    ['USD', 1e-7, 'amount_digits'],
    ['JPY', '0.5', 'amount_digits'],
    ['JPY', 1.5, 'amount_digits'],
    ['KWD', '0.0001', 'amount_digits'],
    ['CLF', '0.00001', 'form'],
    ['USD', 0, 'form'],
    ['USD', -1, 'form'],
    ['USD', 1e13, 'form'],
    ['USD', 1e21, 'form'],
    ['USD', '-1.00', 'form'],
    ['USD', '+1.00', 'form'],
    ['USD', '10000000000000', 'form'],
    ['USD', '1e2', 'form'],
    ['USD', '1,000.00', 'form'],
    ['USD', ' 1.00', 'form'],
    ['USD', '1.00\n', 'form'],
    ['USD', '1.', 'form'],
    ['USD', '.5', 'form'],
    ['USD', '', 'form'],
    ['USD', 'NaN', 'form'],
    ['USD', '\u0661', 'form'],
  ])('refuses %s %j', async (currency, amount, code) => {
    const { status, body } = await create({ currency, transaction_amount: amount })
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'body', path: '/transaction_amount', code }),
    ])
  })

  it.each([
    ['1.10', '1.10'],
    ['1250E-2', '12.50'],
    ['1.10000000000000000000', '1.10'],
  ])('reads the JSON number %s digit by digit', async (digits, shown) => {
    const { status, body } = await createWithNumber(digits)
    expect(status).toBe(201)
    expect(body.transaction_amount).toBe(shown)
  })

  it.each([
    ['-0', 'form'],
    ['1e400', 'form'],
    ['9007199254740993', 'number_precision'],
    ['9999999999999.999999', 'number_precision'],
    ['0.30000000000000001', 'number_precision'],
    ['12.340000000000000001', 'number_precision'],
  ])('refuses the JSON number %s instead of rounding it', async (digits, code) => {
    const { status, body } = await createWithNumber(digits)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'body', path: '/transaction_amount', code })
  })
})

describe('dates', () => {
  it.each([
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-01-31T15:45:00+05:30', '2026-01-31T10:15:00.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2026-01-01t10:00:00z', '2026-01-01T10:00:00.000Z'],
    ['2026-01-31T23:59:59.9999Z', '2026-01-31T23:59:59.999Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    ['0000-12-31T23:30:00-01:00', '0001-01-01T00:30:00.000Z'],
    ['0050-06-01', '0050-06-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('accepts %s as %s', async (sent, shown) => {
    const { status, body } = await create({ transaction_date: sent })
    expect(status).toBe(201)
    expect(body.transaction_date).toBe(shown)
    const again = await cast.service.call('getTransaction', {
      token: cast.user.token,
      params: { id: body.id },
    })
    expect(again.body.transaction_date).toBe(shown)
  })

  it.each([
    ['2026-02-30', 'form'],
    ['2025-02-29', 'form'],
    ['2026-13-01', 'form'],
    ['2026-1-1', 'form'],
    ['2026-06-30T23:59:60Z', 'form'],
    ['2026-01-01T24:00:00Z', 'form'],
    ['2026-01-01T10:00:00', 'form'],
    ['2026-01-01T10:00Z', 'form'],
    ['2026-01-01 10:00:00Z', 'form'],
    ['2026-01-01T10:00:00+0530', 'form'],
    ['2026-01-01T10:00:00+24:00', 'form'],
    ['2026-01-01T10:00:00+01:00[Europe/Paris]', 'form'],
    ['+002026-01-01T10:00:00Z', 'form'],
    ['tomorrow', 'form'],
    ['', 'form'],
    ['0000-12-31', 'date'],
    ['0001-01-01T00:00:00+00:01', 'date'],
    ['9999-12-31T23:59:59-01:00', 'date'],
  ])('refuses %j', async (sent, code) => {
    const { status, body } = await create({ transaction_date: sent })
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'body', path: '/transaction_date', code }),
    ])
  })

  it('reports amount and date together', async () => {
    const { body } = await create({ transaction_date: '0000-01-01', transaction_amount: '1.001' })
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual([
      '/transaction_date',
      '/transaction_amount',
    ])
  })

  it('reports an unknown currency together with the others', async () => {
    const { body } = await create({ transaction_date: '0000-01-01', currency: 'ABC' })
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual([
      '/transaction_date',
      '/currency',
    ])
  })
})
