import { randomBytes } from 'node:crypto'
import { formatCount, type Screen } from '../../lib/terminal.ts'
import { DemoError, FAILED } from './errors.ts'
import type { Input } from './input/input.ts'
import { createSample } from './input/sample.ts'
import { readTransactions } from './input/transactions-file.ts'
import { readUsers } from './input/users-file.ts'
import { type Options, readOptions, USAGE } from './options.ts'
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
async function withService(
  { service }: Options,
  signal: AbortSignal,
  use: (service: Service, kind: string) => Promise<number>,
): Promise<number> {
  if (service !== undefined) return await use(service, 'running already')
  const child = await startChildService(signal)
  try {
    return await use(child, 'started for this run, on data that is removed after it')
  } finally {
    await child.stop()
  }
}

async function run(options: Options, screen: Screen, signal: AbortSignal): Promise<number> {
  const input = await readInput(options)
  const [users, transactions] = [input.users.length, input.transactions.length].map(formatCount)
  const origin = options.files ? 'from the files' : 'made up for a sample'
  screen.write(`Passbook demo: ${users} users, ${transactions} transactions ${origin}\n`)
  return await withService(options, signal, async ({ url, credentials }, kind) => {
    screen.write(`Service at ${url}, ${kind}\n\n`)
    const client = await openClient(url, credentials, signal)
    return (await runDemo(client, input, screen, signal)) ? 0 : FAILED
  })
}

/**
 * The demo as a command.
 *
 * @param signal interrupts it; its reason is a DemoError
 * @returns the exit code: 0 when every figure is right, 1 on a difference or failure, 2 for input
 *   that cannot be used
 */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  screen: Screen,
  signal: AbortSignal,
): Promise<number> {
  try {
    const options = readOptions(args, env)
    if (!options.help) return await run(options, screen, signal)
    screen.write(`${USAGE}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof DemoError)) throw error
    screen.write(`${screen.isTTY ? '\r\u001b[K' : ''}${error.message}\n`)
    return error.exitCode
  }
}
