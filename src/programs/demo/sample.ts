import { createDraw } from './draw.ts'
import type { Input, TransactionInput, UserInput } from './input.ts'
import { fromMinor, minorDigits } from './money.ts'

const USERS = 200
const TRANSACTIONS = 5_000
const FIRST_DAY = Date.UTC(2024, 0, 1)
const TWO_YEARS_MS = 731 * 86_400_000
/** Two, none and three decimals. */
const CURRENCIES = ['USD', 'EUR', 'JPY', 'KWD'] as const
const OFFSETS = ['Z', '+05:30', '-08:00'] as const
const MAX_MINOR = 500_000

/**
 * Made-up customers and two years of their transactions, the same in every run but for the email
 * addresses, which hold `tag`: so a service takes the sample as often as one likes.
 */
export function createSample(tag: string): Input {
  const draw = createDraw()
  const users = Array.from({ length: USERS }, (_, index): UserInput => {
    const name = `Customer ${index + 1}`
    return { line: index + 1, body: { name, email: `${index + 1}.${tag}@sample.example` } }
  })
  const transactions = Array.from({ length: TRANSACTIONS }, (_, index): TransactionInput => {
    // The smaller of two: some users are busy, most are not.
    const number = Math.min(draw(USERS), draw(USERS))
    const currency = CURRENCIES[draw(5) === 0 ? 0 : number % 4] ?? CURRENCIES[0]
    const time = new Date(FIRST_DAY + draw(TWO_YEARS_MS)).toISOString().slice(0, 19)
    const body = {
      transaction_date: time + OFFSETS[draw(3)],
      transaction_type: draw(5) < 2 ? ('credit' as const) : ('debit' as const),
      transaction_amount: fromMinor(BigInt(1 + draw(MAX_MINOR)), minorDigits(currency)),
      currency,
    }
    return { line: index + 1, email: users[number]?.body.email ?? '', body }
  })
  return { users, transactions }
}
