import { createDraw, type Draw } from './draw.ts'
import { CURRENCY, type Input, type TransactionInput, type UserInput } from './input.ts'

const CUSTOMERS = 80
const DAYS = 730
const DAY_MS = 86_400_000
const GIVEN = ['Asha', 'Ben', 'Chloe', 'Daniel', 'Elif', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jonas']
const FAMILY = ['Rao', 'Ito', 'Novak', 'Lindgren', 'Okafor', 'Silva', 'Keller', 'Moreau']
const PINCODES = ['560001', '560034', '110001', '400050', '700019', '600004']
const PURCHASES = ['Groceries', 'Books', 'Pharmacy', 'Train', 'Restaurant', 'Clothes', 'Fuel']
const SALARY_DAY = 28
const RENT_DAY = 3
/** Above the limit from which on a transaction raises an alert. */
const LARGE = '12500.00'
/** Each so many customers, one has a large purchase. */
const LARGE_EACH = 16
/** Purchases of one customer yesterday: unusually many. */
const RUSH = 25

type Body = TransactionInput['body']

const amount = (units: number, cents: number) => `${units}.${String(cents).padStart(2, '0')}`

/** What one customer earns, pays and buys, in the order of days. */
function* livesOf(index: number, end: number, draw: Draw): Generator<Omit<Body, 'currency'>> {
  const salary = 2_000 + 100 * draw(40)
  const purchase = (day: number): Omit<Body, 'currency'> => ({
    transaction_date: new Date(
      day + (8 + draw(12)) * 3_600_000 + draw(3_600) * 1_000,
    ).toISOString(),
    transaction_amount: amount(3 + draw(120), draw(100)),
    transaction_type: 'debit',
    description: PURCHASES[draw(PURCHASES.length)] as string,
  })
  for (let day = end - DAYS * DAY_MS; day < end; day += DAY_MS) {
    const date = new Date(day)
    const transaction_date = date.toISOString()
    if (date.getUTCDate() === SALARY_DAY) {
      const transaction_amount = amount(salary, 0)
      yield {
        transaction_date,
        transaction_amount,
        transaction_type: 'credit',
        description: 'Salary',
      }
    }
    if (date.getUTCDate() === RENT_DAY) {
      const transaction_amount = amount(Math.round(salary / 3), 0)
      yield { transaction_date, transaction_amount, transaction_type: 'debit', description: 'Rent' }
    }
    // Mostly on Saturdays, and more for some customers than for others.
    if (draw(date.getUTCDay() === 6 ? 3 : 14 + (index % 5)) === 0) yield purchase(day)
  }
  const yesterday = end - DAY_MS
  for (let count = 0; index === 0 && count < RUSH; count += 1) yield purchase(yesterday)
  if (index % LARGE_EACH === 1) {
    yield { ...purchase(yesterday), transaction_amount: LARGE, description: 'Car' }
  }
}

/**
 * Invented customers, and two years of their transactions until yesterday: salaries, rents, purchases, and a few that
 * raise alerts. The same at every run of a day but for the email addresses, which hold `tag`.
 */
export function createCustomers(tag: string, now: Date): Input {
  const draw = createDraw()
  const end = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  const users = Array.from({ length: CUSTOMERS }, (_, index): UserInput => {
    const given = GIVEN[index % GIVEN.length] as string
    const family = FAMILY[Math.floor(index / GIVEN.length)] as string
    const email = `${given}.${family}.${tag}@customers.example`.toLowerCase()
    const pincode = PINCODES[draw(PINCODES.length)] as string
    return {
      line: index + 1,
      body: { name: `${given} ${family}`, email, age: 21 + draw(50), pincode },
    }
  })
  const transactions = users.flatMap(({ body: { email } }, index) =>
    [...livesOf(index, end, draw)].map((body) => ({
      email,
      body: { currency: CURRENCY, ...body },
    })),
  )
  return {
    users,
    transactions: transactions.map((transaction, index) => ({ line: index + 1, ...transaction })),
  }
}
