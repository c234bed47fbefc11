import type { Environment } from '../config.ts'
import { StartupError } from '../errors.ts'
import { type Command, type Given, readCommandLine, UsageError, usageOf } from './command-line.ts'
import { within } from './in-time.ts'
import { createLog, type Log } from './log.ts'
import { type LogFormat, openOutputLog } from './logging/output-log.ts'

/** The signals that stop a process. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** The exit code of what failed. */
export const FAILED = 1
const WRONG_USAGE = 2
const UNEXPECTED = 'Something unexpected happened; see standard error.'

/** Output for whoever started the process: text for people, or a JSON document with --json. */
export interface Message {
  readonly text: string
  readonly document: object
}

/** The result of a command. */
export interface Outcome extends Message {
  /** Whether it ran to the end but found something wrong. */
  readonly failed?: boolean
}

/** A process that runs until it is stopped. Each step of a stop has a time limit. */
export interface Running {
  /** Where it listens, printed once it is ready. */
  readonly ready: Message
  stop(): Promise<void>
}

/** How long a process that ends waits for its log to be read. */
export const MAX_LOG_MS = 1_000

/** Whoever reads the output may be gone: the work goes on without. */
export function bearLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}

/** Writes to standard output, and resolves once it is written, so that the process may exit. */
const print = (text: string) =>
  new Promise<void>((resolve) => {
    process.stdout.write(text, () => resolve())
  })

const printMessage = ({ text, document }: Message, json: boolean) =>
  print(json ? `${JSON.stringify(document, null, 2)}\n` : text)

/** Reports an error and exits: ours in one sentence, others in the log, without user data. */
async function fail(
  error: unknown,
  json: boolean,
  log: Log,
  written: () => Promise<void> = async () => undefined,
): Promise<never> {
  const isSentence = error instanceof StartupError
  if (isSentence) process.stderr.write(`${error.message}\n`)
  else log.fatal({ err: error }, 'unexpected error: exiting')
  if (json)
    await printMessage(
      { text: '', document: { error: isSentence ? error.message : UNEXPECTED } },
      json,
    )
  await within(MAX_LOG_MS, written())
  process.exit(error instanceof UsageError ? WRONG_USAGE : FAILED)
}

/**
 * Ends a failed command. Its log goes to standard error, since standard output is for its result.
 */
export const failCommand = (error: unknown, json: boolean): Promise<never> =>
  fail(error, json, createLog('info'))

/**
 * Parses the arguments of this process. Prints the usage and exits if --help is given. Exits with
 * code 2 if the arguments are invalid.
 */
export async function beginCommand<const C extends Command>(command: C): Promise<Given<C>> {
  bearLostOutput()
  const args = process.argv.slice(2)
  try {
    const given = readCommandLine(command, args)
    if (given !== undefined) return given
    await print(usageOf(command))
    process.exit(0)
  } catch (error) {
    return await failCommand(error, args.includes('--json'))
  }
}

/** Prints a command's result and exits. */
export async function endCommand(outcome: Outcome, json: boolean): Promise<never> {
  await printMessage(outcome, json)
  process.exit(outcome.failed ? FAILED : 0)
}

/**
 * Runs a command that ends by itself. Exit codes: 0 for success; 1 if it failed or found something
 * wrong; 2 for invalid arguments.
 */
export async function runCommand<const C extends Command>(
  command: C,
  work: (given: Given<C>) => Promise<Outcome>,
): Promise<never> {
  const given = await beginCommand(command)
  const { json } = given
  process.on('unhandledRejection', (error) => failCommand(error, json))
  try {
    return await endCommand(await work(given), json)
  } catch (error) {
    return await failCommand(error, json)
  }
}

/**
 * Runs a process until it is stopped by SIGINT, SIGTERM or SIGHUP; a second signal ends it once its
 * log is written. Exit codes: 0 after a stop, 1 if it could not start or failed, 2 for invalid arguments.
 * With --json its log goes to standard error.
 */
export async function runProcess(
  command: Command,
  start: (environment: Environment, log: Log) => Promise<Running>,
): Promise<void> {
  const { json } = await beginCommand(command)
  const name = json ? 'stderr' : 'stdout'
  const openLog = (level: string, format?: LogFormat | 'auto') => openOutputLog(level, name, format)
  let output = openLog('info')
  const failed = (error: unknown) => fail(error, json, output.log, output.written)
  const exit = async (code: number) => {
    await within(MAX_LOG_MS, output.written())
    process.exit(code)
  }
  /** Says what happens to whoever sits before a terminal, else in the log. */
  const announce = async (line: string, sentence: string) => {
    if (output.format === 'json') output.log.info(line)
    else {
      await within(MAX_LOG_MS, output.written())
      process[name].write(`${sentence}\n`)
    }
  }
  const stopped = async () => {
    await announce('stopped', 'Stopped.')
    await exit(0)
  }
  process.on('uncaughtException', failed)
  process.on('unhandledRejection', failed)
  let running: Running | undefined
  let stopping = false
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (stopping || running === undefined) {
        output.log.warn('aborted by a signal')
        void exit(FAILED)
        return
      }
      stopping = true
      const line = 'stopping; a second signal aborts what is under way'
      // The terminal has shown ^C on the line of the cursor.
      void announce(line, '\nStopping; Ctrl-C again aborts what is under way.')
      running.stop().then(stopped, failed)
    })
  }
  try {
    // Loading it takes longer than all that a command needs to print its usage.
    const { readEnvironment } = await import('../config.ts')
    const environment = readEnvironment(process.env)
    output = openLog(environment.LOG_LEVEL, environment.LOG_FORMAT)
    running = await start(environment, output.log)
    // What was logged so far stands above what is printed now.
    await within(MAX_LOG_MS, output.written())
    await printMessage(running.ready, json)
  } catch (error) {
    await failed(error)
  }
}
