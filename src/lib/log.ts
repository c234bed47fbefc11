import { type Logger, type LoggerOptions, pino } from 'pino'

/** Passbook's logger: JSON lines, secrets and personal data left out. */
export type Log = Logger

const PERSONAL = ['name', 'full_name', 'email', 'username', 'account_number']
const SECRET = [
  'password',
  'authorization',
  'cookie',
  'access_token',
  'refresh_token',
  'key',
  'secret',
]

/** Errors whose messages hold no values. */
const OURS = ['AppError', 'StartupError', 'ImportError', 'CsvError']

/**
 * An error by its kind and place. The message of a database or library error can quote values, so
 * only the messages of our own errors are kept, and stacks without it.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, message, stack = '', cause } = error
  const frames = stack
    .replace(message, '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
  const code = 'code' in error ? { code: error.code } : {}
  const ours = OURS.includes(name) ? { message: error.message } : {}
  const reason = cause === undefined ? {} : { cause: describeError(cause) }
  return { type: name, ...code, ...ours, stack: frames.join('\n'), ...reason }
}

const optionsOf = (level: string): LoggerOptions => ({
  level,
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  serializers: { err: describeError },
  redact: {
    paths: [...SECRET, ...PERSONAL].flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    censor: '[redacted]',
  },
})

/** Opens a log that is written to a file, whose folder is made when missing. `close` lets go of the file. */
export function openFileLog(level: string, file: string): { readonly log: Log; close(): void } {
  const destination = pino.destination({ dest: file, mkdir: true, sync: true })
  return { log: pino(optionsOf(level), destination), close: () => destination.end() }
}

/** The number of standard error as a file. */
export const STANDARD_ERROR = 2

/** @param to standard error, or a file, which is written as long as the process lives, instead of standard output */
export function createLog(level: string, to?: string | typeof STANDARD_ERROR): Log {
  if (to === undefined) return pino(optionsOf(level))
  if (typeof to === 'string') return openFileLog(level, to).log
  return pino(optionsOf(level), pino.destination({ dest: to, sync: true }))
}
