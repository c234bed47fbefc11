import { describe, expect, it } from 'vitest'
import { createWorkQueue } from '../../src/lib/work-queue.ts'

/** Tasks that end when they are told to, each after the same time on a clock of their own. */
function manualTasks(milliseconds: number) {
  const ends: (() => void)[] = []
  let clock = 0
  return {
    now: () => clock,
    task: () => new Promise<void>((resolve) => ends.push(resolve)),
    underWay: () => ends.length,
    async endOne() {
      clock += milliseconds
      ends.shift()?.()
      // The queue goes on once the promises before it are settled.
      await new Promise(setImmediate)
    },
  }
}

describe('a queue of work', () => {
  it('does so much at a time, and the rest in turn', async () => {
    const tasks = manualTasks(1)
    const queue = createWorkQueue({ concurrency: 2, maxWaitMs: 10_000, now: tasks.now })
    const all = Array.from({ length: 5 }, () => queue.run(tasks.task))
    expect(tasks.underWay()).toBe(2)
    await tasks.endOne()
    expect(tasks.underWay()).toBe(2)
    for (let left = 4; left > 0; left -= 1) await tasks.endOne()
    await Promise.all(all)
    expect(tasks.underWay()).toBe(0)
    void queue.run(tasks.task)
    expect(tasks.underWay()).toBe(1)
  })

  it('refuses what would wait too long, by how long tasks take', async () => {
    const tasks = manualTasks(100)
    const queue = createWorkQueue({ concurrency: 1, maxWaitMs: 1_000, now: tasks.now })
    for (let done = 0; done < 100; done += 1) {
      const one = queue.run(tasks.task)
      await tasks.endOne()
      await one
    }
    const taken = Array.from({ length: 11 }, () => queue.run(tasks.task))
    await expect(queue.run(tasks.task)).rejects.toMatchObject({ status: 503, code: 'overloaded' })
    await tasks.endOne()
    taken.push(queue.run(tasks.task))
    await expect(queue.run(tasks.task)).rejects.toMatchObject({ code: 'overloaded' })
    for (const _ of taken) await tasks.endOne()
    await Promise.all(taken)
  })

  it('goes on after a task that failed', async () => {
    const queue = createWorkQueue({ concurrency: 1, maxWaitMs: 1_000 })
    const failed = queue.run(() => Promise.reject(new Error('broken')))
    const next = queue.run(async () => 'done')
    await expect(failed).rejects.toThrow('broken')
    expect(await next).toBe('done')
  })
})
