import { randomBytes } from 'node:crypto'
import type { Outcome } from '../../lib/process.ts'
import { formatCount, type Screen } from '../../lib/terminal.ts'
import type { Input } from './input/input.ts'
import { createSample } from './input/sample.ts'
import { readTransactions } from './input/transactions-file.ts'
import { readUsers } from './input/users-file.ts'
import type { Options } from './options.ts'
import { describeRun } from './output/report.ts'
import { runDemo } from './run.ts'
import { startChildService } from './service/child-service.ts'
import { openClient } from './service/client.ts'

async function readInput({ files }: Options): Promise<Input> {
  if (files === undefined) return createSample(randomBytes(4).toString('hex'))
  const users = await readUsers(files.users)
  return { users, transactions: await readTransactions(files.transactions, users) }
}

type Service = NonNullable<Options['service']>

/** Uses the given service, or one that is started for it and ended after it. */
async function withService<T>(
  { service }: Options,
  signal: AbortSignal,
  use: (service: Service, kind: string) => Promise<T>,
): Promise<T> {
  if (service !== undefined) return await use(service, 'running already')
  const child = await startChildService(signal)
  try {
    return await use(child, 'started for this run, on data that is removed after it')
  } finally {
    await child.stop()
  }
}

/**
 * The demo as a command.
 *
 * @param screen for progress
 * @param signal interrupts it; its reason is a StartupError
 * @returns what it came to; failed when a figure is wrong
 * @throws StartupError in one sentence when it cannot be done
 */
export async function demo(
  options: Options,
  screen: Screen,
  { isColoured, signal }: { readonly isColoured: boolean; readonly signal: AbortSignal },
): Promise<Outcome> {
  const input = await readInput(options)
  const [users, transactions] = [input.users.length, input.transactions.length].map(formatCount)
  const origin = options.files ? 'from the files' : 'made up for a sample'
  screen.write(`Passbook demo: ${users} users, ${transactions} transactions ${origin}\n`)
  try {
    return await withService(options, signal, async ({ url, credentials }, kind) => {
      screen.write(`Service at ${url}, ${kind}\n\n`)
      const client = await openClient(url, credentials, signal)
      return describeRun(input, await runDemo(client, input, screen, signal), isColoured)
    })
  } catch (error) {
    if (screen.isTTY) screen.write('\r\u001b[K')
    throw error
  }
}
