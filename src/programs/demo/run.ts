import { formatCount, type Screen } from '../../lib/terminal.ts'
import { type Checked, checkFigures } from './check/check.ts'
import { computeExpected } from './check/expected.ts'
import type { Input } from './input/input.ts'
import { startProgress } from './progress.ts'
import type { Client } from './service/client.ts'
import { type Lag, lagBetween, readLag } from './service/lag.ts'
import { readOthers } from './service/ledger.ts'
import { loadTransactions } from './service/load-transactions.ts'
import { loadUsers } from './service/load-users.ts'
import { waitUntilCurrent } from './service/wait.ts'

/** What a run found. */
export interface DemoRun {
  readonly checked: readonly Checked[]
  /** Seconds from the last answer to a batch until every user was seen to be current. */
  readonly waited: number
  /** By the service's own metrics, where it shows them. */
  readonly lag: Lag | undefined
}

/** A minute, and more where there is much to compute. */
const waitLimitMs = (transactions: number) => 60_000 + transactions

/**
 * Loads the input into a service, waits until its figures are current, and checks every one against what the
 * input itself comes to.
 *
 * @throws StartupError when something cannot be done
 */
export async function runDemo(
  client: Client,
  { users, transactions }: Input,
  screen: Screen,
  signal: AbortSignal,
): Promise<DemoRun> {
  const step = (label: string, total: number) => startProgress(screen, label.padEnd(14), total)

  const creating = step('Users', users.length)
  const loaded = await loadUsers(client, users, creating)
  creating.finish()

  const before = await client.readMetrics()
  const began = performance.now()
  const posting = step('Transactions', transactions.length)
  const { present } = await loadTransactions(client, transactions, loaded, posting)
  posting.finish()
  if (present > 0) screen.write(`${formatCount(present)} transactions were there already\n`)

  const waiting = step('Users current', users.length)
  await waitUntilCurrent(client, loaded, waiting, {
    limitMs: waitLimitMs(transactions.length),
    signal,
  })
  const waited = waiting.finish()
  const after = await client.readMetrics()
  const elapsed = (performance.now() - began) / 1000

  const others = await readOthers(client, loaded, transactions)
  const checking = step('Users checked', users.length)
  const expected = computeExpected([...transactions, ...others])
  const checked = await checkFigures(client, loaded, expected, checking)
  checking.finish()

  const lag = before && after ? lagBetween(readLag(before), readLag(after), elapsed) : undefined
  return { checked, waited, lag }
}
