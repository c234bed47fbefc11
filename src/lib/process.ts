import { type Environment, readEnvironment } from '../config.ts'
import { StartupError } from '../errors.ts'
import { createLog, type Log } from './log.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What runs until it is told to stop. Each step of a stop has an end, so that the whole has one. */
export interface Running {
  stop(): Promise<void>
}

/** Waits for a step of a stop, but not longer than it may take. */
export async function within(milliseconds: number, step: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([step, limit]).finally(() => clearTimeout(timer))
}

/** Prints a reason not to start as its one sentence; of anything else, what the log may hold. */
function fail(error: unknown, log: Log): never {
  if (error instanceof StartupError) process.stderr.write(`${error.message}\n`)
  else log.fatal({ err: error }, 'Passbook ends: something unexpected happened')
  process.exit(1)
}

/** The environment of this process. Ends it with one sentence when a variable is not acceptable. */
export function processEnvironment(): Environment {
  try {
    return readEnvironment(process.env)
  } catch (error) {
    return fail(error, createLog('info'))
  }
}

/**
 * Runs a process from start to stop: SIGINT, SIGTERM and SIGHUP stop it, a second signal ends it at
 * once. Exit code 0 after a stop, 1 when it could not start or broke.
 */
export async function runProcess(log: Log, start: () => Promise<Running>): Promise<void> {
  process.on('uncaughtException', (error) => fail(error, log))
  process.on('unhandledRejection', (error) => fail(error, log))
  let running: Running | undefined
  let stopping = false
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (stopping || running === undefined) process.exit(1)
      stopping = true
      log.info('stopping; a second signal ends what is under way')
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error, log),
      )
    })
  }
  running = await start().catch((error: unknown) => fail(error, log))
}

/** Runs a command that ends by itself. Exit code 0, or 1 after one sentence that says why. */
export async function runCommand(log: Log, command: () => Promise<void>): Promise<void> {
  process.on('unhandledRejection', (error) => fail(error, log))
  await command().then(
    () => process.exit(0),
    (error: unknown) => fail(error, log),
  )
}
