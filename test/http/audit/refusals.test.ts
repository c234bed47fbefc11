import { describe, expect, it } from 'vitest'
import { createRefusals } from '../../../src/http/audit/refusals.ts'

const refusal = (address: string, userId?: number) =>
  ({ action: 'account.login', outcome: 'refused', address, userId, requestId: 'r' }) as const

/** Refuses so many requests from each of so many addresses. @returns how many have an entry each */
function flood(refusals: ReturnType<typeof createRefusals>, addresses: number, each: number) {
  let admitted = 0
  for (let from = 0; from < addresses; from += 1) {
    for (let time = 0; time < each; time += 1) {
      if (refusals.admit(`address:${from}`, refusal(String(from)))) admitted += 1
    }
  }
  return admitted
}

describe('createRefusals', () => {
  it('lets ten of one source through in a minute, and counts the others in one entry', () => {
    const refusals = createRefusals()
    expect(flood(refusals, 1, 1_000)).toBe(10)
    expect(refusals.endMinute()).toEqual([
      { action: 'account.login', outcome: 'refused', address: '0', count: 990 },
    ])
    expect(flood(refusals, 1, 5)).toBe(5)
    expect(refusals.endMinute()).toEqual([])
  })

  it('bounds the entries of all sources together, and loses none', () => {
    const refusals = createRefusals()
    const admitted = flood(refusals, 10_000, 3)
    const counts = refusals.endMinute()
    expect(admitted).toBe(60)
    expect(counts.length).toBeLessThanOrEqual(61)
    expect(counts.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(30_000 - admitted)
    expect(counts.at(-1)).toMatchObject({ action: 'account.login', address: '' })
  })

  it('counts actions apart', () => {
    const refusals = createRefusals()
    flood(refusals, 1, 20)
    expect(refusals.admit('address:0', { ...refusal('0'), action: 'user.delete' })).toBe(true)
  })
})
