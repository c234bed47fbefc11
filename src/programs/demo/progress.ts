import { formatCount, formatRate, formatSeconds, type Screen } from '../../lib/terminal.ts'

export interface Progress {
  /** So many more are done. */
  advance(count: number): void
  /** Ends the report. @returns the seconds since it began */
  finish(): number
}

const BAR_WIDTH = 30
/** Least time between two reports, in milliseconds: on a terminal, and as lines of a log. */
const REDRAW_MS = 80
const LINE_MS = 2_000

/**
 * Reports how far a piece of work is: a bar that is drawn over on a terminal, else a line every two
 * seconds and one at the end.
 */
export function startProgress(screen: Screen, label: string, total: number): Progress {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  let done = 0
  let reported = began

  const bar = () => {
    const filled = Math.round((done / Math.max(total, 1)) * BAR_WIDTH)
    return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`
  }
  const counts = () => `${formatCount(done)} of ${formatCount(total)}`
  const remaining = () =>
    done === 0 ? '' : `, ${formatSeconds((seconds() / done) * (total - done))} left`

  function report(): void {
    reported = performance.now()
    if (screen.isTTY) screen.write(`\r${label} ${bar()} ${counts()}${remaining()}\u001b[K`)
    else screen.write(`${label} ${counts()}\n`)
  }

  return {
    advance(count) {
      done += count
      if (performance.now() - reported >= (screen.isTTY ? REDRAW_MS : LINE_MS)) report()
    },
    finish() {
      const took = seconds()
      screen.write(
        `${screen.isTTY ? '\r' : ''}${label} ${formatCount(done)} in ${formatSeconds(took)} (${formatRate(done, took)})${screen.isTTY ? '\u001b[K' : ''}\n`,
      )
      return took
    },
  }
}
