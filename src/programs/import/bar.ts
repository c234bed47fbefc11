import { formatCount, formatRate, formatSeconds, type Screen } from '../../lib/terminal.ts'

/** How far an import is. */
export interface Reading {
  /** Bytes of the file that have been read. */
  readonly bytes: number
  readonly rows: number
  readonly rejected: number
}

const BAR_WIDTH = 30
/** Between two reports, in milliseconds: on a terminal, and as lines of a log. */
const REDRAW_MS = 100
const LINE_MS = 2_000

/** One report: a bar, rows, their rate, and how long it may take yet. */
export function describe({ bytes, rows, rejected }: Reading, total: number, seconds: number) {
  const part = Math.min(bytes / Math.max(total, 1), 1)
  const filled = Math.floor(part * BAR_WIDTH)
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`
  const left = part > 0 ? `, ${formatSeconds((seconds * (1 - part)) / part)} left` : ''
  const refused = rejected > 0 ? `, ${formatCount(rejected)} refused` : ''
  const percent = `${Math.floor(part * 100)} %`.padStart(5)
  return `${bar} ${percent} ${formatCount(rows)} rows, ${formatRate(rows, seconds)}${refused}${left}`
}

/**
 * Shows how far an import is: a bar that is drawn over on a terminal, else a line every two seconds.
 *
 * @param read undefined until it has begun
 * @returns what ends it
 */
export function showProgress(
  screen: Screen,
  total: number,
  read: () => Reading | undefined,
): () => void {
  const began = performance.now()
  const draw = () => {
    const reading = read()
    if (reading === undefined) return
    const text = describe(reading, total, (performance.now() - began) / 1000)
    screen.write(screen.isTTY ? `\r${text}\u001b[K` : `${text}\n`)
  }
  const timer = setInterval(draw, screen.isTTY ? REDRAW_MS : LINE_MS)
  return () => {
    clearInterval(timer)
    if (screen.isTTY) screen.write('\r\u001b[K')
  }
}
