import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { StartupError } from '../../errors.ts'
import { within } from '../in-time.ts'
import type { Log } from '../log.ts'
import type { Hub } from './hub.ts'
import type { Order, Report } from './life.ts'

/** Deaths in a row, without having been ready, after which a start has failed. */
const MAX_DEATHS = 5
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000
/** A process that was ready for so long ends the series of deaths. */
const SETTLED_MS = 30_000

/** A process that is replaced when it dies. */
export interface KeptProcess<Orders, Ready> {
  /**
   * Has it begin its work, and each successor.
   *
   * @param orders made anew for each successor
   * @returns what the first one reports once it is ready
   * @throws StartupError if it cannot start, or died again and again before it was ready
   */
  begin(orders: () => Orders): Promise<Ready>
  /** Has it end its work. Kills it after so many milliseconds. */
  stop(milliseconds: number): Promise<void>
}

interface Options {
  /** What it is, for the log. */
  readonly name: string
  readonly fork: () => ChildProcess
  readonly hub: Hub
  readonly log: Log
  /** Called when it, or a successor, is ready. */
  readonly onReady?: (child: ChildProcess) => void
  /** Milliseconds before the first restart; the pause doubles with each further death. Default: 100. */
  readonly pauseMs?: number
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/** Forks a process at once, so that it loads its code while the parent prepares what it needs. */
export function keepRunning<Orders, Ready>(options: Options): KeptProcess<Orders, Ready> {
  const { name, fork, hub, log, pauseMs = FIRST_PAUSE_MS } = options
  let orders: (() => Orders) | undefined
  let stopping = false
  let deaths = 0
  let wasReady = false
  let onReady: (ready: Ready) => void = () => undefined
  let onFailure: (error: StartupError) => void = () => undefined
  const first = new Promise<Ready>((resolve, reject) => {
    onReady = resolve
    onFailure = reject
  })
  // Whoever begins awaits it; before that a failure only waits to be asked for.
  first.catch(() => undefined)
  let child = launch()

  function send(order: Order<Orders>): void {
    if (child.connected) child.send(order as object, () => undefined)
  }

  function launch(): ChildProcess {
    const launched = fork()
    let readyAt: number | undefined
    let reason: string | undefined
    let ended = false
    const onEnd = () => {
      if (ended) return
      ended = true
      died(launched, readyAt, reason)
    }
    hub.connect(launched)
    launched.on('message', (report: Report<Ready>) => {
      if ('failed' in report) reason = report.failed
      if (!('ready' in report)) return
      readyAt = performance.now()
      if (wasReady) log.info({ process: name, process_id: launched.pid }, 'a new process is ready')
      wasReady = true
      options.onReady?.(launched)
      onReady(report.ready)
    })
    launched.once('exit', onEnd)
    // It could not be forked, or a message could not be sent.
    launched.on('error', () => {
      if (launched.pid === undefined) onEnd()
    })
    return launched
  }

  function died(dead: ChildProcess, readyAt: number | undefined, reason?: string): void {
    if (stopping) return
    if (readyAt !== undefined && performance.now() - readyAt >= SETTLED_MS) deaths = 0
    deaths += 1
    const { pid, exitCode, signalCode } = dead
    log.error(
      { process: name, process_id: pid, code: exitCode, signal: signalCode, reason },
      'a process ended by itself; another one takes its place',
    )
    const times = `${deaths} times before it was ready`
    const givesUp = !wasReady && (reason !== undefined || deaths >= MAX_DEATHS)
    if (givesUp) {
      onFailure(new StartupError(reason ?? `The ${name} process ended ${times}; see its log.`))
      return
    }
    const pause = Math.min(pauseMs * 2 ** (deaths - 1), LONGEST_PAUSE_MS)
    setTimeout(() => {
      if (stopping) return
      child = launch()
      if (orders) send({ begin: orders() })
    }, pause)
  }

  return {
    begin(given) {
      orders = given
      send({ begin: given() })
      return first
    },
    async stop(milliseconds) {
      stopping = true
      if (child.pid === undefined || hasEnded(child)) return
      const exited = once(child, 'exit')
      send({ stop: true })
      await within(milliseconds, exited)
      if (hasEnded(child)) return
      log.warn({ process: name, process_id: child.pid }, 'a process did not stop in time: killed')
      child.kill('SIGKILL')
      await exited
    },
  }
}
