import { readFileSync } from 'node:fs'

/** Nothing that a client sends occupies the process for longer at a time. */
const MAX_DELAY_MS = 50
/** What {@link fixedWork} takes on the machine that {@link MAX_DELAY_MS} is promised for. */
const FIXED_WORK_MS = 8
/** One measurement can be hit by a collection of garbage; what is slow is slow each time. */
const MEASUREMENTS = 3

const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`

/**
 * Milliseconds that this thread had a processor: others on the machine do not count. Where the system
 * does not tell, milliseconds that passed.
 */
const threadTime = (() => {
  const cpuTime = () => Number(readFileSync(SCHEDSTAT, 'latin1').split(' ', 1)[0]) / 1e6
  try {
    cpuTime()
    return cpuTime
  } catch {
    return () => performance.now()
  }
})()

const DOCUMENT = JSON.stringify(
  Array.from({ length: 10_000 }, (_, index) => ({ index, text: `text ${index}`, list: [1, 2, 3] })),
)

/** The quickest of a few rounds of work on JSON that is always the same, in milliseconds. */
function fixedWork(): number {
  const rounds = Array.from({ length: 5 }, () => {
    const start = threadTime()
    JSON.parse(JSON.stringify(JSON.parse(DOCUMENT)))
    return threadTime() - start
  })
  return Math.min(...rounds)
}

/** The longest turn of the event loop while something goes on, in milliseconds. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let isOver = false
  let last = threadTime()
  const turn = () => {
    const now = threadTime()
    longest = Math.max(longest, now - last)
    last = now
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  isOver = true
  await new Promise(setImmediate)
  return longest
}

/** A measurement of the event loop that does not depend on how fast the machine is. */
export function createDelays() {
  let slowness = Math.max(1, fixedWork() / FIXED_WORK_MS)
  const slow: string[] = []
  let longest = 0
  return {
    /** Does something that must not keep others waiting; again when it did. */
    async measure(name: string, work: () => Promise<unknown>): Promise<void> {
      let delay = Number.POSITIVE_INFINITY
      for (let attempt = 0; attempt < MEASUREMENTS && delay > MAX_DELAY_MS; attempt += 1) {
        if (attempt > 0) slowness = Math.max(1, fixedWork() / FIXED_WORK_MS)
        delay = Math.min(delay, (await longestTurn(work)) / slowness)
      }
      longest = Math.max(longest, delay)
      if (delay > MAX_DELAY_MS) slow.push(`${name}: ${Math.round(delay)} ms`)
    },
    /** What kept others waiting for more than 50 ms, on a machine that is not slow. */
    slow: (): readonly string[] => slow,
    /** The longest of all, in milliseconds. */
    longest: () => longest,
  }
}
