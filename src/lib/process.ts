import { type Environment, readEnvironment } from '../config.ts'
import { StartupError } from '../errors.ts'
import { type Command, type Given, readCommandLine, UsageError, usageOf } from './command-line.ts'
import { createLog, type Log, STANDARD_ERROR } from './log.ts'

export { within } from './in-time.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const FAILED = 1
const WRONG_USE = 2
const UNEXPECTED = 'Something unexpected happened; standard error has more.'

/** What is said to whoever started a process: to people, and as a JSON document where that is wanted. */
export interface Message {
  readonly text: string
  readonly document: object
}

/** What a command came to. */
export interface Outcome extends Message {
  /** Whether it ran to its end, and found something wrong. */
  readonly failed?: boolean
}

/** What runs until it is told to stop. Each step of a stop has an end, so that the whole has one. */
export interface Running {
  /** Where it is, once it is ready. */
  readonly ready: Message
  stop(): Promise<void>
}

/** Writes to standard output. Returns once it is written, so that the process may end. */
const print = (text: string) =>
  new Promise<void>((resolve) => {
    process.stdout.write(text, () => resolve())
  })

const say = ({ text, document }: Message, json: boolean) =>
  print(json ? `${JSON.stringify(document, null, 2)}\n` : text)

/** Prints why nothing came of it: one sentence, or of what is unexpected what the log may hold. */
async function fail(error: unknown, json: boolean, log: Log): Promise<never> {
  const isSentence = error instanceof StartupError
  if (isSentence) process.stderr.write(`${error.message}\n`)
  else log.fatal({ err: error }, 'Passbook ends: something unexpected happened')
  if (json)
    await say({ text: '', document: { error: isSentence ? error.message : UNEXPECTED } }, json)
  process.exit(error instanceof UsageError ? WRONG_USE : FAILED)
}

/** Ends a command that failed. Its log goes to standard error: standard output is for what it came to. */
export const failCommand = (error: unknown, json: boolean): Promise<never> =>
  fail(error, json, createLog('info', STANDARD_ERROR))

/**
 * Reads the arguments of this process, before anything else is done. With --help prints the usage and ends it;
 * ends it with exit code 2 when they are not understood.
 */
export async function beginCommand<const C extends Command>(command: C): Promise<Given<C>> {
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

/** Prints what a command came to, and ends the process. */
export async function endCommand(outcome: Outcome, json: boolean): Promise<never> {
  await say(outcome, json)
  process.exit(outcome.failed ? FAILED : 0)
}

/**
 * Runs a command that ends by itself. Exit code 0; 1 after one sentence that says why, or when it found something
 * wrong; 2 for arguments that are not understood.
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
 * Runs a process from start to stop: SIGINT, SIGTERM and SIGHUP stop it, a second signal ends it at
 * once. Exit code 0 after a stop, 1 when it could not start or broke, 2 for arguments that are not understood.
 * With --json its log goes to standard error.
 */
export async function runProcess(
  command: Command,
  start: (environment: Environment, log: Log) => Promise<Running>,
): Promise<void> {
  const { json } = await beginCommand(command)
  const openLog = (level: string) => createLog(level, json ? STANDARD_ERROR : undefined)
  let log = openLog('info')
  const failed = (error: unknown) => fail(error, json, log)
  process.on('uncaughtException', failed)
  process.on('unhandledRejection', failed)
  let running: Running | undefined
  let stopping = false
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (stopping || running === undefined) process.exit(FAILED)
      stopping = true
      log.info('stopping; a second signal ends what is under way')
      running.stop().then(() => process.exit(0), failed)
    })
  }
  try {
    const environment = readEnvironment(process.env)
    log = openLog(environment.LOG_LEVEL)
    running = await start(environment, log)
    await say(running.ready, json)
  } catch (error) {
    await failed(error)
  }
}
