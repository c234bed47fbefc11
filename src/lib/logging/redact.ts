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
const HIDDEN = new Set([...PERSONAL, ...SECRET])
const CENSOR = '[redacted]'
/** Deeper objects are not looked at. */
const MAX_DEPTH = 3

type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !(value instanceof Error)

/**
 * Hides personal data and secrets in the fields of a log line, by their names. Fields without any
 * are returned as they are. pino's own redaction of paths takes ten times as long.
 */
export function redact(fields: Fields, depth = 1): Fields {
  let redacted: Fields | undefined
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    const shown = HIDDEN.has(name)
      ? CENSOR
      : depth < MAX_DEPTH && isObject(value)
        ? redact(value, depth + 1)
        : value
    if (shown === value) continue
    redacted ??= { ...fields }
    redacted[name] = shown
  }
  return redacted ?? fields
}
