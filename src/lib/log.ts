import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import { inSource } from './logging/in-source.ts'
import { redact } from './logging/redact.ts'

const STANDARD_ERROR = 2

/** Passbook's logger: JSON lines without secrets or personal data. */
export type Log = Logger

/** Errors whose messages never contain user data. */
const OURS = ['AppError', 'StartupError', 'ImportError', 'CsvError']

/**
 * Describes an error by its type and stack frames. The message of a database or library error may
 * quote data, so only our own errors keep theirs.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, message, stack = '', cause } = error
  const frames = stack
    .replace(message, '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .map(inSource)
  const code = 'code' in error ? { code: error.code } : {}
  const ours = OURS.includes(name) ? { message: error.message } : {}
  const reason = cause === undefined ? {} : { cause: describeError(cause) }
  return { type: name, ...code, ...ours, stack: frames.join('\n'), ...reason }
}

/** The time of a line as pino writes it. Lines of one millisecond share its text. */
function createClock(): () => string {
  let last = 0
  let text = ''
  return () => {
    const now = Date.now()
    if (now !== last) {
      last = now
      text = `,"time":"${new Date(now).toISOString()}"`
    }
    return text
  }
}

const optionsOf = (level: string): LoggerOptions => ({
  level,
  base: null,
  timestamp: createClock(),
  formatters: { level: (label) => ({ level: label }), log: redact },
  serializers: { err: describeError },
})

/** Opens pino's logger, which writes JSON lines. Its formatters see no fields that children are bound to, so these are redacted here. */
export function openLog(level: string, destination: DestinationStream): Log {
  const log = pino(optionsOf(level), destination)
  const { child } = log
  log.child = function (this: Log, fields, options) {
    return Reflect.apply(child, this, [redact(fields), options])
  }
  return log
}

/**
 * Opens a log that is written to a file, creating its folder if needed. `close` closes the file.
 */
export function openFileLog(level: string, file: string): { readonly log: Log; close(): void } {
  const destination = pino.destination({ dest: file, mkdir: true, sync: true, mode: 0o600 })
  return { log: openLog(level, destination), close: () => destination.end() }
}

/**
 * Opens the log of a command.
 *
 * @param file where to write instead of standard error; it stays open as long as the process runs
 */
export const createLog = (level: string, file?: string): Log =>
  file === undefined
    ? openLog(level, pino.destination({ dest: STANDARD_ERROR, sync: true }))
    : openFileLog(level, file).log
