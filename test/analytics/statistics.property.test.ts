import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DailyAnalytics } from '../../src/generated/schemas.ts'
import type { Services } from '../../src/services.ts'
import { readLedger, readStatistics, type Statistics } from '../setup/ledger.ts'
import { propertyRuns } from '../setup/property-runs.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { startWorker } from '../setup/worker.ts'
import { type Command, CURRENCIES, type Item, type Step, steps } from './statistics.commands.ts'

let service: TestService
let staff: Account
let worker: Services | undefined
/** The users of the running case, including deleted ones. */
let users: number[]

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
})
afterAll(async () => {
  await worker?.close()
  await service.close()
})

const bodyOf = ({ who: index, bad, ...rest }: Item) => ({
  ...rest,
  user_id: users[index],
  ...(bad && { transaction_amount: -1 }),
})

/** One of a user's transactions, or an unknown id. */
async function choose(userId: number, index: number): Promise<number> {
  const rows = await service.database.query<{ id: string }>(
    'SELECT id FROM transactions WHERE user_id = $1 ORDER BY id',
    [userId],
  )
  return Number(rows[index % Math.max(rows.length, 1)]?.id ?? 999_999_999)
}

async function send(command: Command): Promise<number> {
  const token = staff.token
  const userId = (index: number) => users[index] as number
  switch (command.kind) {
    case 'create':
      return (await service.call('createTransaction', { token, body: bodyOf(command.item) })).status
    case 'bulk': {
      const body = { mode: command.mode, transactions: command.items.map(bodyOf) }
      return (await service.call('bulkCreateTransactions', { token, body })).status
    }
    case 'update': {
      const params = { id: await choose(userId(command.who), command.pick) }
      const body = command.change
      return (await service.call('updateTransaction', { token, params, body })).status
    }
    case 'delete': {
      const params = { id: await choose(userId(command.who), command.pick) }
      return (await service.call('deleteTransaction', { token, params })).status
    }
    case 'deleteUser':
      return (await service.call('deleteUser', { token, params: { id: userId(command.who) } }))
        .status
    case 'shift':
      await service.database.query(
        `UPDATE transactions SET transaction_date = transaction_date + interval '12 hours'
         WHERE user_id = $1 AND transaction_date < '9999-01-01'`,
        [userId(command.who)],
      )
      return 200
  }
}

async function run(sequence: readonly Step[]): Promise<void> {
  for (const commands of sequence) {
    if (commands === 'stop the worker') {
      await worker?.close()
      worker = undefined
    } else if (commands === 'start the worker') {
      worker ??= await startWorker(service)
    } else {
      for (const status of await Promise.all(commands.map(send))) expect(status).toBeLessThan(500)
    }
  }
  worker ??= await startWorker(service)
  await service.settled()
}

/** Compares the API's answer, without `no-cache`, with a count of the transactions. */
async function expectAnswers(userId: number, ledger: Statistics) {
  const request = { params: { id: userId }, token: staff.token }
  for (const currency of CURRENCIES) {
    const query = { currency }
    const { body } = await service.call('getUserAnalytics', { ...request, query })
    const total = ledger.totals.find((row) => row.currency === currency)
    expect(body).toMatchObject({
      is_current: true,
      transaction_count: total?.transaction_count ?? 0,
      busiest_day: total
        ? { date: total.busiest_date, transaction_count: total.busiest_count }
        : null,
    })
    expect(Number(body.total_credit)).toBe(Number(total?.credit ?? 0))
    expect(Number(body.total_debit)).toBe(Number(total?.debit ?? 0))
    const { body: days } = await service.call('getUserDailyAnalytics', { ...request, query })
    expect(
      days.map(({ date, transaction_count, total_credit, total_debit }: DailyAnalytics) => ({
        date,
        currency,
        transaction_count,
        credit: String(Number(total_credit)),
        debit: String(Number(total_debit)),
      })),
    ).toEqual(
      ledger.days
        .filter((row) => row.currency === currency)
        .map(({ squares: _squares, ...shown }) => shown),
    )
  }
}

/** Checks that nothing is left of a deleted user. */
const remains = (userId: number) =>
  service.database.query(
    [
      'transactions',
      'daily_statistics',
      'monthly_statistics',
      'user_statistics',
      'statistics_versions',
      'outbox',
    ]
      .map((table) => `SELECT '${table}' AS "table" FROM ${table} WHERE user_id = ${userId}`)
      .join(' UNION ALL '),
  )

it('figures end up equal to the ledger, whatever happens and however often the worker restarts', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      users = [
        (await service.createCustomer(staff.token)).id,
        (await service.createCustomer(staff.token)).id,
      ]
      await run(sequence)
      for (const userId of users) {
        const [known] = await service.database.query('SELECT id FROM users WHERE id = $1', [userId])
        if (known === undefined) {
          expect(await remains(userId)).toEqual([])
          continue
        }
        const ledger = await readLedger(service.database, userId)
        expect(await readStatistics(service.database, userId)).toEqual(ledger)
        await expectAnswers(userId, ledger)
      }
    }),
    { numRuns: propertyRuns(60) },
  )
}, 180_000)
