import { expect, it, vi } from 'vitest'
import { startPasses } from '../../src/events/passes.ts'

const SPACING_MS = 50

/** Passes that note when each began. */
function start() {
  const began: number[] = []
  const pass = async () => {
    began.push(performance.now())
    return false
  }
  const failed = () => undefined
  return { began, passes: startPasses({ pass, spacing: () => SPACING_MS, poll: false, failed }) }
}

it('a pass begins at once for a change that comes alone', async () => {
  const { began, passes } = start()
  passes.nudge()
  await vi.waitFor(() => expect(began).toHaveLength(1), { interval: 1, timeout: SPACING_MS })
  await passes.close()
})

it('passes of a burst are spaced, and one serves all nudges of the time between', async () => {
  const { began, passes } = start()
  for (let nudge = 0; nudge < 10; nudge += 1) passes.nudge()
  await vi.waitFor(() => expect(began).toHaveLength(2))
  await passes.close()
  const [first = 0, second = 0] = began
  expect(second - first).toBeGreaterThanOrEqual(SPACING_MS - 1)
  expect(began).toHaveLength(2)
})
