import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertUser } from '../setup/rows.ts'
import { startTestService, type TestService } from '../setup/service.ts'
import { alertsOf, type Booking, insertBookings, raised } from './alerts.ts'

const DEVIATIONS = 2n
const MIN_HISTORY = 4
const MIN_DAILY = 3
/** In ten-thousandths. */
const LIMITS: Readonly<Record<string, bigint>> = { USD: 900_0000n }
const WINDOW_DAYS = 90
const DAY_MS = 86_400_000

let service: TestService
beforeAll(async () => {
  service = await startTestService({
    env: {
      ALERT_LARGE_AMOUNTS: 'USD:900',
      ALERT_DEVIATIONS: String(DEVIATIONS),
      ALERT_MIN_HISTORY: String(MIN_HISTORY),
      ALERT_MIN_DAILY_TRANSACTIONS: String(MIN_DAILY),
    },
  })
})
afterAll(() => service.close())

/** A transaction, days counted from an arbitrary one and amounts in ten-thousandths. */
interface Booked {
  readonly day: number
  readonly amount: bigint
  readonly currency: string
}

const dateOf = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * DAY_MS).toISOString()
const amountOf = (amount: bigint) =>
  `${amount / 10_000n}.${String(amount % 10_000n).padStart(4, '0')}`
const toBooking = ({ day, amount, currency }: Booked): Booking => ({
  date: dateOf(day),
  amount: amountOf(amount),
  currency,
})

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n)

/** By definition, with variance times n², which is a whole number. */
function isUnusual(value: bigint, values: readonly bigint[]): boolean {
  const n = BigInt(values.length)
  const total = sum(values)
  const variance = sum(values.map((one) => (n * one - total) ** 2n)) / n
  const distance = n * value - total
  return distance > 0n && distance ** 2n > DEVIATIONS ** 2n * variance
}

/** The alerts that a statement raises, by reading all transactions. */
function expected(all: readonly Booked[], written: readonly (Booked & { readonly id: number })[]) {
  const found = new Set<string>()
  for (const { id, day, amount, currency } of written) {
    const before = all.filter(
      (one) => one.currency === currency && one.day < day && one.day >= day - WINDOW_DAYS,
    )
    const isLarge =
      amount > (LIMITS[currency] ?? amount) ||
      (before.length >= MIN_HISTORY &&
        isUnusual(
          amount,
          before.map((one) => one.amount),
        ))
    const plain = amountOf(amount).replace(/\.?0+$/, '')
    if (isLarge) found.add(`large_transaction ${id}/${plain}/${currency}`)
    const countOf = (on: number) =>
      BigInt(all.filter((one) => one.currency === currency && one.day === on).length)
    const days = Array.from({ length: WINDOW_DAYS }, (_, at) => countOf(day - 1 - at))
    if (countOf(day) >= MIN_DAILY && isUnusual(countOf(day), days)) {
      found.add(`unusual_velocity ${dateOf(day).slice(0, 10)}/${currency}`)
    }
  }
  return [...found].sort()
}

const booked = fc.record({
  day: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: -95, max: 95 })),
  amount: fc.oneof(
    fc.bigInt({ min: 10_0000n, max: 12_0000n }),
    fc.bigInt({ min: 1n, max: 1_000_0000n }),
  ),
  currency: fc.constantFrom('USD', 'KWD'),
})

/** Inserts transactions that no alert is looked for. */
async function insertSilently(user: number, bookings: readonly Booked[]): Promise<void> {
  await insertBookings(service.database, user, bookings.map(toBooking))
  await service.database.query('UPDATE outbox SET subjects = NULL WHERE user_id = $1', [user])
}

const lists = [
  fc.array(booked, { maxLength: 25 }),
  fc.array(booked, { maxLength: 12 }),
  fc.array(booked, { minLength: 1, maxLength: 6 }),
] as const

it('alerts are those of a count of all transactions, with the figures', async () => {
  await fc.assert(
    fc.asyncProperty(...lists, async (figured, waiting, last) => {
      const user = await insertUser(service.database)
      await insertSilently(user, figured)
      await service.services.analytics.recompute([user])
      await insertSilently(user, waiting)
      const ids = await insertBookings(service.database, user, last.map(toBooking))
      const written = last.map((one, at) => ({ ...one, id: ids[at] ?? 0 }))
      const alerts = await raised(service, user)
      expect(alerts).toEqual(expected([...figured, ...waiting, ...last], written))
    }),
    { numRuns: 60 },
  )
})

it('alerts are those of a count of all transactions, however far the figures are', async () => {
  await fc.assert(
    fc.asyncProperty(...lists, async (figured, waiting, last) => {
      const { database, services } = service
      const user = await insertUser(database)
      await insertSilently(user, figured)
      await services.analytics.recompute([user])
      await insertSilently(user, waiting)
      const ids = await insertBookings(database, user, last.map(toBooking))
      await database.query(
        `INSERT INTO outbox (user_id, type, subjects) VALUES ($1, 'transactions.written', $2)`,
        [user, ids],
      )
      await services.alerts.raise([user])
      const alerts = (await alertsOf(database, user)).map(({ kind, cause }) => `${kind} ${cause}`)
      const written = last.map((one, at) => ({ ...one, id: ids[at] ?? 0 }))
      expect(alerts.sort()).toEqual(expected([...figured, ...waiting, ...last], written))
    }),
    { numRuns: 60 },
  )
})
