import { createWriteStream } from 'node:fs'
import { type Log, openLog } from '../log.ts'
import { createPaint } from './paint.ts'
import { createTerminalLog } from './terminal-log.ts'

/** How lines are written: as JSON for programs, or as text for whoever sits before a terminal. */
export type LogFormat = 'json' | 'text'

/** The standard streams that a log can be written to. */
export type OutputName = 'stdout' | 'stderr'

/** An open log. */
export interface OutputLog {
  readonly log: Log
  readonly format: LogFormat
  /** Resolves once all of it is written, or nobody reads any more. */
  written(): Promise<void>
}

/** How long lines are gathered before they are written, in milliseconds. */
const GATHER_MS = 10
/** Lines that nobody has read yet, in bytes; further ones are dropped. */
const MAX_UNREAD = 16 * 1024 * 1024
const FILES = { stdout: 1, stderr: 2 } as const
/** Of text that goes to no terminal. */
const MAX_COLUMNS = 1_000

/**
 * Opens a log that is written to standard output or standard error while the process works. A reader that is slow, stuck or
 * gone never holds the process up: what it does not read is kept to a limit, then dropped.
 *
 * @param format `auto` is text on a terminal, and JSON elsewhere
 */
export function openOutputLog(
  level: string,
  name: OutputName,
  format: LogFormat | 'auto' = 'auto',
): OutputLog {
  const stream = createWriteStream('', { fd: FILES[name], autoClose: false })
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
  const output = process[name]
  const used = format === 'auto' ? (output.isTTY ? 'text' : 'json') : format
  const columns = () => output.columns ?? MAX_COLUMNS
  const terminal =
    used === 'text'
      ? createTerminalLog({ paint: createPaint(output), columns, show: write })
      : undefined
  return {
    log: openLog(level, terminal ?? { write }),
    format: used,
    written: () =>
      new Promise((resolve) => {
        terminal?.end()
        flush()
        stream.write('', () => resolve())
      }),
  }
}
