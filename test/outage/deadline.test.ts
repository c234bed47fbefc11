import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { createDeadlines } from '../../src/http/deadline.ts'

const never = () => new Promise<never>(() => undefined)
const late = expect.objectContaining({ status: 503, code: 'overloaded' })

describe('the deadline of a request', () => {
  it('ends a wait for work that does not end', async () => {
    const beforeDeadline = createDeadlines(20)
    await expect(beforeDeadline({}, never)).rejects.toEqual(late)
  })

  it('counts what was spent on it before, and nothing of other requests', async () => {
    const beforeDeadline = createDeadlines(200)
    const request = {}
    await expect(beforeDeadline(request, never)).rejects.toEqual(late)
    const since = performance.now()
    await expect(beforeDeadline(request, never)).rejects.toEqual(late)
    expect(performance.now() - since).toBeLessThan(150)
    expect(await beforeDeadline({}, async () => 7)).toBe(7)
  })

  it('counts what a request had used up before', async () => {
    const beforeDeadline = createDeadlines(60_000, () => 59_980)
    await expect(beforeDeadline({}, never)).rejects.toEqual(late)
  })

  it('passes on how work fails in time, and does not mind how late work does', async () => {
    const beforeDeadline = createDeadlines(20)
    const failing = async () => {
      throw new AppError(404, 'not_found', 'There is none')
    }
    await expect(beforeDeadline({}, failing)).rejects.toMatchObject({ status: 404 })
    let fail = (_: Error) => {}
    const failsLate = () => new Promise<never>((_, reject) => (fail = reject))
    await expect(beforeDeadline({}, failsLate)).rejects.toEqual(late)
    fail(new Error('nobody waits for this'))
    await new Promise((resolve) => setImmediate(resolve))
  })
})
