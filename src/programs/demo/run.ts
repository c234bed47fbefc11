import { type Passbook, waitUntilCurrent } from '#sdk'
import { formatCount, formatRate, formatSeconds, type Screen } from '../../lib/terminal.ts'
import { type Comparison, checkUser } from './check.ts'
import { readLag } from './client.ts'
import type { Input } from './input.ts'
import { batches, groupBy } from './lists.ts'
import { loadTransactions, loadUsers } from './load.ts'

/** Users that are asked about at a time: asking takes the service's time from its work. */
const CONCURRENCY = 8
/** How long figures may take: a millisecond for each transaction, and at least this. */
const MIN_WAIT_SECONDS = 60

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
  client: Passbook,
  { users, transactions }: Input,
  screen: Screen,
  signal: AbortSignal,
) {
  const creating = () => loadUsers(client, users)
  const { result: ids } = await step(screen, 'Users', users.length, creating)

  const before = await readLag(client)
  const booking = () => loadTransactions(client, transactions, ids)
  await step(screen, 'Transactions', transactions.length, booking)

  const deadline = performance.now() / 1000 + Math.max(MIN_WAIT_SECONDS, transactions.length / 1000)
  async function waitFor(userId: number): Promise<void> {
    const timeoutSeconds = Math.max(0, deadline - performance.now() / 1000)
    await waitUntilCurrent(userId, { client, timeoutSeconds, signal })
  }
  const waiting = () => forEach(ids.values(), waitFor)
  const { seconds: waited } = await step(screen, 'Users current', users.length, waiting)
  const after = await readLag(client)
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
