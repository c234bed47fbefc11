import { pino } from 'pino'
import type { Log } from '../../src/lib/log.ts'

type Line = Readonly<Record<string, unknown>>

/** A log whose lines tests read. */
export function keepLog() {
  const lines: Line[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  return {
    log: pino({ level: 'info', base: null }, { write }) as unknown as Log,
    lines,
    /** The lines of a request with this text, without level and time. */
    of: (requestId: string, text: string) =>
      lines
        .filter(({ msg, request_id }) => msg === text && request_id === requestId)
        .map(({ level: _, time: __, msg: ___, ...fields }) => fields),
  }
}
