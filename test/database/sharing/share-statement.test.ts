import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { shareLookUp, shareStatement } from '../../../src/database/sharing/share-statement.ts'
import { propertyRuns } from '../../setup/property-runs.ts'

/** What is committed, and statements that read it as they begin and end when the test says so. */
function createTable() {
  let committed = 0
  const running: (() => void)[] = []
  const sizes: number[] = []
  let most = 0
  return {
    commit: () => {
      committed += 1
    },
    committed: () => committed,
    running,
    sizes,
    most: () => most,
    async run(keys: readonly number[]): Promise<readonly number[]> {
      const snapshot = committed
      sizes.push(keys.length)
      const ended = new Promise<void>((resolve) => running.push(resolve))
      most = Math.max(most, running.length)
      await ended
      return keys.map(() => snapshot)
    },
  }
}

/** Everything that waits for a quiet turn has begun after it. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 4; turns += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('a shared statement', () => {
  it('answers all that is asked in one turn, each with its own answer', async () => {
    const run = vi.fn(async (keys: readonly number[]) => keys.map((key) => key * 2))
    const ask = shareStatement(run)
    const asked = [1, 2, 2, 3].map(ask)
    const nextTick = new Promise((resolve) => process.nextTick(() => resolve(ask(4))))
    expect(await Promise.all([...asked, nextTick])).toEqual([2, 4, 4, 6, 8])
    expect(run.mock.calls).toEqual([[[1, 2, 2, 3, 4]]])
  })

  it('gathers what is asked in three turns, one after the other, and no more', async () => {
    const run = vi.fn(async (keys: readonly number[]) => keys)
    const ask = shareStatement(run)
    const asked: Promise<number>[] = []
    for (let key = 0; key < 5; key += 1) {
      asked.push(ask(key))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await Promise.all(asked)).toEqual([0, 1, 2, 3, 4])
    expect(run.mock.calls).toEqual([[[0, 1, 2]], [[3, 4]]])
  })

  it('waits for nothing where one asks alone', async () => {
    const table = createTable()
    const ask = shareStatement(table.run)
    const answer = ask(1)
    await turn()
    expect(table.running).toHaveLength(1)
    table.running[0]?.()
    expect(await answer).toBe(0)
  })

  it('runs once or so often as it may, and gathers meanwhile what is asked', async () => {
    const table = createTable()
    const ask = shareStatement(table.run, { maxRunning: 2 })
    const asked: Promise<number>[] = []
    for (let key = 0; key < 6; key += 1) {
      asked.push(ask(key))
      await turn()
    }
    expect(table.sizes).toEqual([1, 1])
    table.running.shift()?.()
    await turn()
    await turn()
    expect(table.sizes).toEqual([1, 1, 4])
    for (const end of table.running) end()
    await Promise.all(asked)
  })

  it('is asked 500 keys at most', async () => {
    const run = vi.fn(async (keys: readonly number[]) => keys)
    const ask = shareStatement(run)
    const keys = Array.from({ length: 1_201 }, (_, key) => key)
    expect(await Promise.all(keys.map(ask))).toEqual(keys)
    expect(run.mock.calls.map(([asked]) => asked.length)).toEqual([500, 500, 201])
  })

  it('fails for all who shared it, and for nobody else', async () => {
    const run = vi.fn(async (keys: readonly number[]) => keys)
    const ask = shareStatement(run)
    run.mockRejectedValueOnce(new Error('lost'))
    const failed = await Promise.allSettled([1, 2, 3].map(ask))
    expect(failed.map(({ status }) => status)).toEqual(Array(3).fill('rejected'))
    expect(await ask(4)).toBe(4)
    for (let time = 0; time < 5; time += 1) {
      run.mockRejectedValueOnce(new Error('lost'))
      await expect(ask(5)).rejects.toThrow('lost')
    }
    expect(await Promise.all([ask(6), ask(7)])).toEqual([6, 7])
  })

  it('sees whatever was committed before it was asked, in any order of events', async () => {
    const event = fc.constantFrom('ask', 'ask', 'commit', 'turn', 'end first', 'end last')
    const events = fc.array(event, { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 2 }), async (events, most) => {
        const table = createTable()
        const ask = shareStatement(table.run, { maxRunning: most })
        const answers: Promise<void>[] = []
        for (const one of events) {
          if (one === 'commit') table.commit()
          else if (one === 'turn') await turn()
          else if (one === 'end first') table.running.shift()?.()
          else if (one === 'end last') table.running.pop()?.()
          else {
            const before = table.committed()
            const fresh = (seen: number) => expect(seen).toBeGreaterThanOrEqual(before)
            answers.push(ask(before).then(fresh))
          }
          expect(table.most()).toBeLessThanOrEqual(most)
        }
        let isAnswered = false
        const all = Promise.all(answers).then(() => {
          isAnswered = true
        })
        for (let turns = 0; turns <= events.length && !isAnswered; turns += 1) {
          for (const end of table.running.splice(0)) end()
          await Promise.race([all, turn()])
        }
        expect(isAnswered).toBe(true)
        await all
        expect(table.sizes.reduce((sum, size) => sum + size, 0)).toBe(answers.length)
      }),
      { numRuns: propertyRuns(300) },
    )
  })
})

describe('a shared look-up', () => {
  it('asks for each number once, and answers all who asked', async () => {
    const rows = vi.fn(async (_: string, [ids]: readonly unknown[]) =>
      (JSON.parse(`[${String(ids).slice(1, -1)}]`) as number[])
        .map((id, index) => ({ place: index + 1, id }))
        .filter(({ id }) => id !== 2)
        .toReversed(),
    )
    const find = shareLookUp<{ place: number; id: number }>({ rows } as never, 'SELECT')
    const found = await Promise.all([7, 2, 7, 5].map(find))
    expect(found.map((row) => row?.id)).toEqual([7, undefined, 7, 5])
    expect(rows.mock.calls).toEqual([['SELECT', ['{7,2,5}']]])
  })
})
