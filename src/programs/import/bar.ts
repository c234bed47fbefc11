import { formatCount, formatRate, formatSeconds, type Screen } from '../../lib/terminal.ts'

/** The progress of an import. */
export interface Reading {
  /** Bytes of the file that have been read. */
  readonly bytes: number
  readonly rows: number
  readonly rejected: number
}

const BAR_WIDTH = 30
/** Milliseconds between two reports: on a terminal, and as log lines. */
const REDRAW_MS = 100
const LINE_MS = 2_000

/** One report: a bar, rows, their rate, and the estimated time left. */
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
 * Shows the progress of an import: on a terminal a bar that is redrawn, else a line every two
 * seconds.
 *
 * @param read returns undefined until the import has begun
 * @returns a function that ends the display
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
