import { randomBytes } from 'node:crypto'
import type { Outcome } from '../../lib/process.ts'
import { formatCount, type Screen } from '../../lib/terminal.ts'
import { inWords, openClient } from './client.ts'
import { createCustomers } from './customers.ts'
import { readInput } from './input.ts'
import type { Options, Service } from './options.ts'
import { loadOrders } from './orders.ts'
import { startOwnService } from './own-service.ts'
import { describeRun } from './report.ts'
import { runDemo } from './run.ts'
import { createSample } from './sample.ts'
import { surround } from './surroundings.ts'

/**
 * The demo as a command; failed when a figure is wrong.
 *
 * @param screen for progress
 * @param signal interrupts it; its reason is a StartupError
 * @throws StartupError in one sentence when it cannot be done
 */
export async function demo(
  { files, service, fills = false }: Options,
  screen: Screen,
  signal: AbortSignal,
): Promise<Outcome> {
  const tag = randomBytes(4).toString('hex')
  const sample = () => (fills ? createCustomers(tag, new Date()) : createSample(tag))
  const input = files ? await readInput(files) : sample()
  const [users, transactions] = [input.users.length, input.transactions.length].map(formatCount)
  const origin = files ? 'from the files' : 'made up for a sample'
  screen.write(`Passbook demo: ${users} users, ${transactions} transactions ${origin}\n`)

  async function check(at: Service, kind: string): Promise<Outcome> {
    screen.write(`Service at ${at.url}, ${kind}\n\n`)
    const client = await openClient(at, signal)
    const run = await inWords(at.url, () => runDemo(client, input, screen, signal))
    const outcome = describeRun(input, run)
    if (!fills) return outcome
    await inWords(at.url, async () => {
      await surround(client, [...run.ids.values()], tag, screen)
      await loadOrders(client, tag, screen, signal)
    })
    return { ...outcome, text: `${outcome.text}\nLook at it: ${at.url}/\n` }
  }
  if (service !== undefined) return await check(service, 'running already')
  const own = await startOwnService(signal)
  try {
    return await check(own, 'started for this run, on data that is removed after it')
  } finally {
    await own.stop()
  }
}
