import { formatSeconds } from '../terminal.ts'
import type { Paint, Style } from './paint.ts'

/** A line of the log, as its JSON says. */
export interface Line {
  readonly level: string
  readonly time: string
  readonly msg?: string
  readonly [field: string]: unknown
}

/** A request that was answered, as the log has it. */
export interface RequestLine extends Line {
  readonly method: string
  readonly operation: string
  readonly status: number
  readonly ms: number
}

/** Text with its style; only what is seen counts for the width. */
type Part = readonly [text: string, style?: Style]

const LEVELS: Readonly<Record<string, Style>> = { warn: 'yellow', error: 'red', fatal: 'red' }
/** The style of each class of statuses. */
const STATUSES: Readonly<Record<string, Style>> = { 2: 'green', 3: 'cyan', 4: 'yellow', 5: 'red' }
const METHOD_WIDTH = 7
const OPERATION_WIDTH = 26
/** Of a request's id: enough to tell it from others that failed. */
const ID_LENGTH = 8
/** Not shown: for programs, or shown already. */
const HIDDEN = new Set(['level', 'time', 'msg', 'err', 'ms', 'request_id'])
// biome-ignore lint/suspicious/noControlCharactersInRegex: they would move the cursor.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g

/** The time of day here. */
function clock(time: string): string {
  const date = new Date(time)
  const numbers = [date.getHours(), date.getMinutes(), date.getSeconds()]
  return numbers.map((number) => String(number).padStart(2, '0')).join(':')
}

/** Joins parts to one line, and cuts it where the terminal ends. */
function join(parts: readonly Part[], columns: number, paint: Paint): string {
  let left = columns
  let line = ''
  for (const [text, style] of parts) {
    const clean = text.replace(CONTROL, ' ')
    const shown = clean.length > left ? clean.slice(0, left) : clean
    line += style === undefined ? shown : paint(style, shown)
    left -= shown.length
  }
  return `${line}\n`
}

/**
 * A request as one line.
 *
 * @param more how many more of its kind the line stands for; `ms` is then the longest of them
 */
export function requestLine(
  { time, method, operation, status, ms, account_id, request_id }: RequestLine,
  more: number,
  columns: number,
  paint: Paint,
): string {
  const took = formatSeconds(ms / 1000)
  const who = account_id === undefined || more > 0 ? '' : `  account ${account_id}`
  const id =
    status >= 400 && more === 0 ? `  request ${String(request_id).slice(0, ID_LENGTH)}` : ''
  const parts: readonly Part[] = [
    [`${clock(time)}  `, 'dim'],
    [`${status}  `, STATUSES[String(status)[0] ?? ''] ?? 'red'],
    [method.padEnd(METHOD_WIDTH)],
    [(operation === 'none' ? '-' : operation).padEnd(OPERATION_WIDTH)],
    [more > 0 ? `  ${more} more, up to ${took}` : took.padStart(8), 'dim'],
    [`${who}${id}`, 'dim'],
  ]
  return join(parts, columns, paint)
}

/** What an error is, and where it came from, a line each. */
function errorLines(error: unknown, columns: number, paint: Paint): string {
  if (typeof error !== 'object' || error === null) return ''
  const { type, code, message, stack = '', cause } = error as Readonly<Record<string, unknown>>
  const what = [type, code, message].filter((part) => part !== undefined).join(' ')
  const frames = String(stack).split('\n').filter(Boolean)
  const lines = [`  ${what}`, ...frames.map((frame) => `  ${frame}`)]
  const own = lines.map((line) => join([[line, 'dim']], columns, paint)).join('')
  return own + errorLines(cause, columns, paint)
}

/** Anything else that is logged: what it says, its plain fields, and below it the error, if there is one. */
export function otherLine(line: Line, columns: number, paint: Paint): string {
  const { level, time, msg = '', ms, err } = line
  const style = LEVELS[level]
  const fields = Object.entries(line)
    .filter(([name, value]) => !HIDDEN.has(name) && typeof value !== 'object')
    .map(([name, value]) => `${name}=${value}`)
  const took = typeof ms === 'number' ? [formatSeconds(ms / 1000)] : []
  const details = [...fields, ...took].map((text): Part => [`  ${text}`, 'dim'])
  const first: Part = style === undefined ? [msg] : [`${level.toUpperCase()} ${msg}`, style]
  const text = join([[`${clock(time)}  `, 'dim'], first, ...details], columns, paint)
  return text + errorLines(err, columns, paint)
}
