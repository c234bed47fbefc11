import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../../errors.ts'
import type { Analytics } from '../../generated/schemas.ts'
import { formatCount, formatRate, formatSeconds, type Screen } from '../../lib/terminal.ts'
import { type Comparison, checkUser } from './check.ts'
import type { Client } from './client.ts'
import type { Input } from './input.ts'
import { batches, groupBy } from './lists.ts'
import { loadTransactions, loadUsers } from './load.ts'

/** Users that are asked about at a time: asking takes the service's time from its work. */
const CONCURRENCY = 8
/** The pause before a user is asked about again. */
const PAUSE_MS = 50
/** How long figures may take: a millisecond for each transaction, and at least this. */
const MIN_WAIT_MS = 60_000

export type DemoRun = Awaited<ReturnType<typeof runDemo>>

/** Does one step of a run, and writes of how many and how fast. */
export async function step<T>(
  screen: Screen,
  label: string,
  count: number,
  work: () => Promise<T>,
) {
  const began = performance.now()
  screen.write(label.padEnd(15))
  try {
    const result = await work()
    const seconds = (performance.now() - began) / 1000
    const rate = formatRate(count, seconds)
    screen.write(`${formatCount(count)} in ${formatSeconds(seconds)} (${rate})`)
    return { result, seconds }
  } finally {
    screen.write('\n')
  }
}

/** Does something for all items, a few at a time. */
export async function forEach<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (const batch of batches([...items], CONCURRENCY)) await Promise.all(batch.map(work))
}

/**
 * Loads the input into a service, waits until its figures are current, and checks every one against what the
 * input itself comes to.
 *
 * @returns the users' ids by the keys of their email addresses; what was compared; seconds from the last answer to a batch until every user was seen to be current;
 *   seconds from a change to its figures by the service's own metrics, null where they are not shown
 * @throws StartupError when something cannot be done
 */
export async function runDemo(
  client: Client,
  { users, transactions }: Input,
  screen: Screen,
  signal: AbortSignal,
) {
  const creating = () => loadUsers(client, users)
  const { result: ids } = await step(screen, 'Users', users.length, creating)

  const before = await client.readLag()
  const booking = () => loadTransactions(client, transactions, ids)
  await step(screen, 'Transactions', transactions.length, booking)

  const deadline = performance.now() + Math.max(MIN_WAIT_MS, transactions.length)
  async function waitFor(userId: number): Promise<void> {
    while (!(await client.call<Analytics>(`/v1/users/${userId}/analytics`)).is_current) {
      if (performance.now() > deadline) {
        throw new StartupError(`The figures of user ${userId} did not become current in time.`)
      }
      await delay(PAUSE_MS, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
  const waiting = () => forEach(ids.values(), waitFor)
  const { seconds: waited } = await step(screen, 'Users current', users.length, waiting)
  const after = await client.readLag()
  const count = after.count - before.count
  const lag = count > 0 ? { count, mean: (after.seconds - before.seconds) / count } : null

  const byUser = groupBy(transactions, ({ email }) => email)
  const comparisons: Comparison[] = []
  const checking = () =>
    forEach(ids, async ([email, userId]) => {
      const booked = byUser.get(email)?.map(({ body }) => body) ?? []
      comparisons.push(...(await checkUser(client, userId, booked)))
    })
  await step(screen, 'Users checked', users.length, checking)
  return { ids, comparisons, waited, lag }
}
