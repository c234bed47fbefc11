import fc from 'fast-check'
import { expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { propertyRuns } from '../setup/property-runs.ts'

const cast = useCast({ worker: true })

const DIGITS = { JPY: 0, USD: 2, KWD: 3, CLF: 4 } as const
type Currency = keyof typeof DIGITS

/** Minor units as the decimal text of their currency. */
function decimal(units: bigint, digits: number): string {
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const fraction = digits === 0 ? '' : `.${text.slice(-digits)}`
  return `${units < 0n ? '-' : ''}${whole}${fraction}`
}

function averageHalfEven(total: bigint, count: bigint): bigint {
  const [quotient, twice] = [total / count, (total % count) * 2n]
  const up = twice > count || (twice === count && quotient % 2n === 1n)
  return up ? quotient + 1n : quotient
}

const batches = fc.constantFrom(...(Object.keys(DIGITS) as Currency[])).chain((currency) => {
  const most = 10n ** BigInt(13 + DIGITS[currency]) - 1n
  const units = fc.oneof(fc.bigInt(1n, most), fc.bigInt(1n, 1000n), fc.bigInt(most - 9n, most))
  const item = fc.record({ units, credit: fc.boolean(), asNumber: fc.boolean() })
  return fc.record({
    currency: fc.constant(currency),
    items: fc.array(item, { minLength: 1, maxLength: 60 }),
  })
})

/** Sends an amount as a JSON number if it has few enough digits to be exact. */
function amountOf(units: bigint, digits: number, asNumber: boolean): string | number {
  const text = decimal(units, digits)
  return asNumber && units < 10n ** 15n ? Number(text) : text
}

it('never loses the smallest unit of a sum, stored or from the ledger', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async ({ currency, items }) => {
      const digits = DIGITS[currency]
      const { id } = await cast.service.createCustomer(cast.staff.token)
      const transactions = items.map(({ units, credit, asNumber }, index) => ({
        user_id: id,
        transaction_date: `2026-03-0${1 + (index % 3)}`,
        transaction_amount: amountOf(units, digits, asNumber),
        transaction_type: credit ? 'credit' : 'debit',
        currency,
      }))
      const booked = await cast.service.call('bulkCreateTransactions', {
        body: { transactions },
        token: cast.staff.token,
      })
      expect(booked.status).toBe(201)
      await cast.service.settled()

      const sum = (credit: boolean) =>
        items.reduce((total, item) => (item.credit === credit ? total + item.units : total), 0n)
      const [credit, debit, count] = [sum(true), sum(false), BigInt(items.length)]
      const request = { params: { id }, query: { currency }, token: cast.staff.token }
      for (const headers of [{}, { 'cache-control': 'no-cache' }]) {
        const { body } = await cast.service.call('getUserAnalytics', { ...request, headers })
        expect(body).toMatchObject({
          transaction_count: items.length,
          total_credit: decimal(credit, digits),
          total_debit: decimal(debit, digits),
          net_total: decimal(credit - debit, digits),
          average_transaction_value: decimal(averageHalfEven(credit + debit, count), digits),
          is_current: true,
        })
      }
    }),
    { numRuns: propertyRuns(40) },
  )
})
