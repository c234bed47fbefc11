import type { Paint } from './paint.ts'
import { type Line, otherLine, type RequestLine, requestLine } from './terminal-line.ts'

/** For how long lines of one kind share one, in milliseconds. */
const SHARE_MS = 1_000

interface Options {
  readonly paint: Paint
  /** How wide the terminal is now, in characters. */
  columns(): number
  /** Shows text. */
  show(text: string): void
}

/** Lines of one kind since one was shown. */
interface Shared {
  readonly timer: NodeJS.Timeout
  last?: Line
  longestMs: number
  count: number
}

const isRequest = (line: Line): line is RequestLine => line.msg === 'request'

/** What a request created has the line of that request. */
const isSaidAlready = ({ msg, request_id }: Line) =>
  request_id !== undefined && /^(user|transaction)_creat/.test(msg ?? '')

/** What lines have in common that share one. Warnings and errors share none. */
function kindOf(line: Line): string | undefined {
  if (isRequest(line)) return `${line.method} ${line.operation} ${line.status}`
  return line.level === 'info' ? line.msg : undefined
}

/**
 * Shows the log to whoever sits before a terminal: requests as one line each, and of many of one kind in a second
 * the first one and how many more there were. So a load does not carry away what stood there.
 */
export function createTerminalLog({ paint, columns, show }: Options) {
  const kinds = new Map<string, Shared>()

  function showShared({ last, longestMs, count }: Shared): void {
    if (last === undefined) return
    const { level, time, msg } = last
    const text = isRequest(last)
      ? requestLine({ ...last, ms: longestMs }, count, columns(), paint)
      : otherLine({ level, time, msg: `${msg}  ${count} more` }, columns(), paint)
    show(text)
  }

  function share(kind: string): void {
    const timer = setTimeout(() => {
      const shared = kinds.get(kind)
      kinds.delete(kind)
      if (shared === undefined || shared.count === 0) return
      showShared(shared)
      share(kind)
    }, SHARE_MS)
    kinds.set(kind, { timer: timer.unref(), longestMs: 0, count: 0 })
  }

  function showLine(line: Line): void {
    const kind = kindOf(line)
    const shared = kind === undefined ? undefined : kinds.get(kind)
    if (shared !== undefined) {
      shared.count += 1
      shared.last = line
      shared.longestMs = Math.max(shared.longestMs, Number(line['ms'] ?? 0))
      return
    }
    const text = isRequest(line)
      ? requestLine(line, 0, columns(), paint)
      : otherLine(line, columns(), paint)
    show(text)
    if (kind !== undefined) share(kind)
  }

  return {
    /** @param json one line of the log */
    write(json: string): void {
      const line: Line = JSON.parse(json)
      if (!isSaidAlready(line)) showLine(line)
    },
    /** Shows what is still shared, before the process ends. */
    end(): void {
      for (const shared of kinds.values()) {
        clearTimeout(shared.timer)
        showShared(shared)
      }
      kinds.clear()
    },
  }
}
