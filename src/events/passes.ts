import { setTimeout as delay } from 'node:timers/promises'
import { afterCommit } from '../database/unit-of-work.ts'

/** How often to look where nobody nudges: other processes commit too. */
const POLL_MS = 200
/** How long to pause after an error of the database or the queue. */
const PAUSE_MS = 1_000

/** Tells that something was committed, or is about to be. */
export interface Nudge {
  nudge(): void
}

export interface Passes extends Nudge {
  /** Waits for the pass under way. */
  close(): Promise<void>
}

interface PassOptions {
  /** One look for work. @returns whether more is waiting */
  readonly pass: () => Promise<boolean>
  /** Milliseconds between a pass and the next: in a burst one pass serves several nudges. */
  readonly spacing: () => number
  /** Whether to look every 200 ms, and not only when nudged. */
  readonly poll: boolean
  readonly failed: (error: unknown) => void
}

/** Looks for work, one pass at a time, when nudged and while more is waiting. */
export function startPasses({ pass, spacing, poll, failed }: PassOptions): Passes {
  let running: Promise<void> | undefined
  let again = false
  let closed = false
  let pausedUntil = 0
  let nextPass = 0

  async function run(): Promise<void> {
    do {
      const wait = nextPass - Date.now()
      if (wait > 0) await delay(wait)
      again = false
      if (await pass()) again = true
      nextPass = Date.now() + spacing()
    } while (again && !closed)
  }

  function nudge(): void {
    again = true
    if (closed || running || Date.now() < pausedUntil) return
    running = run()
      .catch((error) => {
        pausedUntil = Date.now() + PAUSE_MS
        failed(error)
      })
      .finally(() => {
        running = undefined
      })
  }

  const timer = poll ? setInterval(nudge, POLL_MS) : undefined

  return {
    nudge: () => void afterCommit(nudge),
    async close() {
      closed = true
      clearInterval(timer)
      await running
    },
  }
}

/** Nudges and closes several as one. */
export const together = (all: readonly Passes[]): Passes => ({
  nudge() {
    for (const passes of all) passes.nudge()
  },
  async close() {
    await Promise.all(all.map((passes) => passes.close()))
  },
})
