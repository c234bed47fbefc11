import { readEnvironment } from '../../config.ts'
import { StartupError } from '../../errors.ts'
import { within } from '../in-time.ts'
import type { Log } from '../log.ts'
import { openOutputLog } from '../logging/output-log.ts'
import { bearLostOutput, FAILED, MAX_LOG_MS, SIGNALS } from '../process.ts'
import type { Bus } from './bus.ts'
import { createChildBus } from './child-bus.ts'
import type { Order, Report } from './life.ts'

/** What a child does once it is told to. */
export type Work<Orders, Ready> = (
  orders: Orders,
  bus: Bus,
  log: Log,
) => Promise<{
  /** Reported to the parent. */
  readonly ready: Ready
  stop(): Promise<void>
}>

const report = <Ready>(content: Report<Ready>) =>
  new Promise<void>((resolve) => {
    if (process.connected) process.send?.(content, undefined, undefined, () => resolve())
    else resolve()
  })

/**
 * Runs a process that its parent forked. It ends when the parent says so, and at once when the parent is gone.
 * Signals are left to the parent: Ctrl-C in a terminal reaches both.
 *
 * @param load loads the code of the work, while the parent prepares what the work needs
 */
export async function runChild<Orders, Ready>(
  load: () => Promise<Work<Orders, Ready>>,
): Promise<void> {
  process.on('disconnect', () => process.exit(FAILED))
  if (!process.connected) process.exit(FAILED)
  for (const signal of SIGNALS) process.on(signal, () => undefined)
  bearLostOutput()
  const json = process.argv.includes('--json')
  const { LOG_LEVEL, LOG_FORMAT } = readEnvironment(process.env)
  const { log, written } = openOutputLog(LOG_LEVEL, json ? 'stderr' : 'stdout', LOG_FORMAT)

  async function exit(code: number): Promise<void> {
    await within(MAX_LOG_MS, written())
    process.exit(code)
  }
  async function fail(error: unknown): Promise<void> {
    if (error instanceof StartupError) await report({ failed: error.message })
    else log.fatal({ err: error }, 'unexpected error: exiting')
    await exit(FAILED)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  let stop = async () => undefined as unknown
  const begun = new Promise<Orders>((resolve) => {
    process.on('message', (order: Order<Orders>) => {
      if ('begin' in order) resolve(order.begin)
      if ('stop' in order) stop().then(() => exit(0), fail)
    })
  })
  const bus = createChildBus()
  try {
    const [work, orders] = await Promise.all([load(), begun])
    const running = await work(orders, bus, log)
    stop = running.stop
    await report({ ready: running.ready })
  } catch (error) {
    await fail(error)
  }
}
