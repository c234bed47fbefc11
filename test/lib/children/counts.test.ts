import { describe, expect, it } from 'vitest'
import type { Bus } from '../../../src/lib/children/bus.ts'
import { countAtParent, countForChildren, createCounts } from '../../../src/lib/children/counts.ts'

/** A bus whose parent answers what it is asked. @returns also each question */
function createBus() {
  const questions: (readonly string[])[] = []
  let answerer: ((keys: readonly string[]) => unknown) | undefined
  const bus = {
    ask: async (_topic: string, keys: readonly string[]) => {
      questions.push(keys)
      return answerer === undefined ? [] : [answerer(keys)]
    },
    answer: (_topic: string, given: typeof answerer) => {
      answerer = given
    },
  } as unknown as Bus
  return { bus, questions }
}

describe('createCounts', () => {
  it('counts each key for itself, in windows that begin with its first request', () => {
    let now = 1_000
    const count = createCounts(60_000, () => now)
    expect(count('one')).toEqual([1, 60_000])
    now += 59_999
    expect(count('one')).toEqual([2, 1])
    expect(count('two')).toEqual([1, 60_000])
    now += 1
    expect(count('one')).toEqual([1, 60_000])
    expect(count('two')).toEqual([2, 59_999])
  })
})

describe('countAtParent', () => {
  it('counts all children together, with one message a turn of each', async () => {
    const { bus, questions } = createBus()
    countForChildren(bus)
    const children = [countAtParent(bus), countAtParent(bus)]
    const counts = await Promise.all(
      Array.from({ length: 10 }, (_, index) => children[index % 2]?.('account:1')),
    )
    expect(counts.map((count) => count?.[0]).toSorted()).toEqual([1, 10, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(questions.map((keys) => keys.length)).toEqual([5, 5])
    expect((await children[0]?.('account:2'))?.[0]).toBe(1)
    expect((await children[1]?.('account:1'))?.[0]).toBe(11)
  })

  it('fails when the parent does not answer, and asks again', async () => {
    const { bus, questions } = createBus()
    const count = countAtParent(bus)
    await expect(count('account:1')).rejects.toThrow('did not count')
    countForChildren(bus)
    expect((await count('account:1'))[0]).toBe(1)
    expect(questions).toHaveLength(2)
  })
})
