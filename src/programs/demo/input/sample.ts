import { fromMinor, minorDigits } from '../money.ts'
import type { Input, TransactionInput, UserInput } from './input.ts'
import { createRandom, type Random } from './random.ts'

const SEED = 20_260_131
const USERS = 200
const TRANSACTIONS = 5_000
const FIRST_DAY = Date.UTC(2024, 0, 1)
const DAYS = 731
const DAY_MS = 86_400_000
/** Two, none and three decimals, and how much one of a unit is against a dollar, roughly. */
const CURRENCIES = [
  ['USD', 1],
  ['USD', 1],
  ['EUR', 1],
  ['INR', 80],
  ['JPY', 150],
  ['KWD', 0.3],
] as const satisfies readonly [unknown, ...unknown[]]
const SPENT_ON = ['Groceries', 'Rent', 'Travel', 'Electricity', 'Restaurant', 'Books'] as const
const PINCODES = ['560001', '110 001', '10115', 'SW1A 1AA'] as const
const OFFSETS = ['Z', 'Z', '+05:30', '-08:00'] as const

/** Most amounts are small and a few are large, in the currency's minor units. */
const drawMinor = (random: Random, digits: number, rate: number) =>
  BigInt(Math.max(1, Math.round(10 ** (0.5 + random.fraction() * 3) * rate * 10 ** digits)))

/** A moment of the two years; one of three is a date alone, as statements often have it. */
function drawDate(random: Random): string {
  const time = FIRST_DAY + random.below(DAYS) * DAY_MS
  if (random.below(3) === 0) return new Date(time).toISOString().slice(0, 10)
  const moment = new Date(time + random.below(DAY_MS / 1000) * 1000).toISOString().slice(0, 19)
  return moment + random.pick(OFFSETS)
}

function drawTransaction(random: Random, users: readonly UserInput[], line: number) {
  // The square favours the first users: some are busy, most are not.
  const user = users[Math.floor(random.fraction() ** 2 * users.length)] as UserInput
  const home = CURRENCIES[user.line % CURRENCIES.length] ?? CURRENCIES[0]
  const [currency, rate] = random.below(5) === 0 ? random.pick(CURRENCIES) : home
  const digits = minorDigits(currency) ?? 2
  const isCredit = random.below(5) < 2
  return {
    line,
    userEmail: user.email,
    reference: `sample-${line}`,
    date: drawDate(random),
    type: isCredit ? 'credit' : 'debit',
    amount: fromMinor(drawMinor(random, digits, rate), digits),
    currency,
    description: isCredit ? 'Payment received' : random.pick(SPENT_ON),
  } satisfies TransactionInput
}

/**
 * Made-up customers and two years of their transactions, the same at every run but for the email
 * addresses, which hold `tag`: so a service takes the sample as often as one likes.
 *
 * @param tag lower-case letters and digits
 */
export function createSample(tag: string): Input {
  const random = createRandom(SEED)
  const users = Array.from({ length: USERS }, (_, index): UserInput => {
    const number = index + 1
    return {
      line: number,
      name: `Sample Customer ${number}`,
      email: `customer-${number}.${tag}@sample.example`,
      age: 18 + random.below(70),
      pincode: random.pick(PINCODES),
    }
  })
  const transactions = Array.from({ length: TRANSACTIONS }, (_, index) =>
    drawTransaction(random, users, index + 1),
  )
  return { users, transactions }
}
