import { createWriteStream } from 'node:fs'
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import { inSource } from './logging/in-source.ts'
import { redact } from './logging/redact.ts'

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

/** Opens pino's logger. Its formatters see no fields that children are bound to, so these are redacted here. */
function open(level: string, destination: DestinationStream): Log {
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
  return { log: open(level, destination), close: () => destination.end() }
}

/** The file descriptors of standard output and standard error. */
export const STANDARD_OUTPUT = 1
export const STANDARD_ERROR = 2

/** How long lines are gathered before they are written, in milliseconds. */
const GATHER_MS = 10
/** Lines that nobody has read yet, in bytes; further ones are dropped. */
const MAX_UNREAD = 16 * 1024 * 1024

/**
 * Opens a log that is written to standard output or standard error while the process works. A reader that is slow, stuck or
 * gone never holds the process up: what it does not read is kept to a limit, then dropped.
 *
 * @returns the log, and what resolves once all of it is written or nobody reads any more
 */
export function openOutputLog(
  level: string,
  fd: typeof STANDARD_OUTPUT | typeof STANDARD_ERROR,
): { readonly log: Log; written(): Promise<void> } {
  const stream = createWriteStream('', { fd, autoClose: false })
  stream.on('error', () => undefined)
  let lines = ''

  /** Writes what was gathered at once. */
  function flush(): void {
    if (stream.writable && stream.writableLength < MAX_UNREAD) stream.write(lines)
    lines = ''
  }
  const write = (line: string) => {
    if (lines === '') setTimeout(flush, GATHER_MS)
    lines += line
  }
  return {
    log: open(level, { write }),
    written: () =>
      new Promise((resolve) => {
        flush()
        stream.write('', () => resolve())
      }),
  }
}

/**
 * Opens the log of a command.
 *
 * @param file where to write instead of standard error; it stays open as long as the process runs
 */
export const createLog = (level: string, file?: string): Log =>
  file === undefined
    ? open(level, pino.destination({ dest: STANDARD_ERROR, sync: true }))
    : openFileLog(level, file).log
