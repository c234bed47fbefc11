import type { Paint } from './paint.ts'
import { type Line, otherLine, type RequestLine, requestLine } from './terminal-line.ts'

/** For how long requests of one kind share a line, in milliseconds. */
const SHARE_MS = 1_000

interface Options {
  readonly paint: Paint
  /** How wide the terminal is now, in characters. */
  columns(): number
  /** Shows text. */
  show(text: string): void
}

/** Requests of one kind since a line was shown. */
interface Shared {
  readonly timer: NodeJS.Timeout
  last?: RequestLine
  longestMs: number
  count: number
}

const isRequest = (line: Line): line is RequestLine => line.msg === 'request'

/** What a request created has the line of that request. */
const isSaidAlready = ({ msg, request_id }: Line) =>
  request_id !== undefined && /^(user|transaction)_creat/.test(msg ?? '')

/**
 * Shows the log to whoever sits before a terminal: requests as one line each, and of many of one kind in a second
 * the first one and how many more there were. So a load does not carry away what stood there.
 */
export function createTerminalLog({ paint, columns, show }: Options) {
  const kinds = new Map<string, Shared>()

  function showShared({ last, longestMs, count }: Shared): void {
    if (last) show(requestLine({ ...last, ms: longestMs }, count, columns(), paint))
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

  function request(line: RequestLine): void {
    const kind = `${line.method} ${line.operation} ${line.status}`
    const shared = kinds.get(kind)
    if (shared === undefined) {
      show(requestLine(line, 0, columns(), paint))
      share(kind)
      return
    }
    shared.count += 1
    shared.last = line
    shared.longestMs = Math.max(shared.longestMs, line.ms)
  }

  return {
    /** @param json one line of the log */
    write(json: string): void {
      const line: Line = JSON.parse(json)
      if (isRequest(line)) request(line)
      else if (!isSaidAlready(line)) show(otherLine(line, columns(), paint))
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
