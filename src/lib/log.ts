import { type Logger, type LoggerOptions, pino } from 'pino'

/** Passbook's logger: JSON lines without secrets or personal data. */
export type Log = Logger

const PERSONAL = ['name', 'full_name', 'email', 'username', 'account_number']
const SECRET = [
  'password',
  'current_password',
  'new_password',
  'authorization',
  'cookie',
  'access_token',
  'refresh_token',
  'key',
  'secret',
]

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

/**
 * Opens a log that is written to a file, creating its folder if needed. `close` closes the file.
 */
export function openFileLog(level: string, file: string): { readonly log: Log; close(): void } {
  const destination = pino.destination({ dest: file, mkdir: true, sync: true, mode: 0o600 })
  return { log: pino(optionsOf(level), destination), close: () => destination.end() }
}

/** The file descriptor of standard error. */
export const STANDARD_ERROR = 2

/**
 * @param to where to write instead of standard output: standard error, or a file that stays open
 *   as long as the process runs
 */
export function createLog(level: string, to?: string | typeof STANDARD_ERROR): Log {
  if (to === undefined) return pino(optionsOf(level))
  if (typeof to === 'string') return openFileLog(level, to).log
  return pino(optionsOf(level), pino.destination({ dest: to, sync: true }))
}
