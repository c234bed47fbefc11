import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Consumers, Job } from '../../src/events/catalogue.ts'
import { countUnderWay } from '../../src/events/count-under-way.ts'
import { createHere, type Here, MOST_HERE } from '../../src/events/run-here.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics } from '../../src/lib/metrics.ts'

let added: Job[]
let ran: number[][]
/** What every consumer does. */
let work: () => Promise<void>
let jobs: ReturnType<typeof countUnderWay>
let here: Here
const done = vi.fn()

const consume = async ({ user_ids }: { user_ids: number[] }) => {
  ran.push(user_ids)
  await work()
}
const consumers = {
  recomputeStatistics: consume,
  computeCreditScores: consume,
  raiseAlerts: consume,
} as unknown as Consumers

beforeEach(() => {
  ;[added, ran, work] = [[], [], async () => undefined]
  done.mockClear()
  jobs = countUnderWay()
  const add = async (some: readonly Job[]) => void added.push(...some)
  here = createHere({ metrics: createMetrics(), log: createLog('silent'), add }, jobs.count)
  here.begin(consumers, done)
})

const figures = (...user_ids: number[]): Job => ({
  consumer: 'recomputeStatistics',
  payload: { user_ids },
})
const score = (...user_ids: number[]): Job => ({
  consumer: 'computeCreditScores',
  payload: { user_ids },
  yields: true,
})

describe('a job of changes in the process that claimed them', () => {
  it('runs past the queue, and tells when it is done', async () => {
    expect(here.run(figures(1, 2))).toBe(true)
    await jobs.none()
    expect([ran, added]).toEqual([[[1, 2]], []])
    expect(done).toHaveBeenCalledOnce()
  })

  it('goes to the queue while as many are under way as there may be', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    work = () => held
    const started = [1, 2, 3].map((id) => here.run(figures(id)))
    expect(started).toEqual([true, true, false])
    expect(started.filter(Boolean)).toHaveLength(MOST_HERE.figures)
    // Scores do not take the places of figures, nor figures theirs.
    expect([here.run(score(1)), here.run(score(2))]).toEqual([true, false])
    release()
    await jobs.none()
    expect(here.run(figures(3))).toBe(true)
  })

  it('goes to the queue if it is of a load, or no change', () => {
    expect(here.run({ ...figures(1, 2), yields: true })).toBe(false)
    expect(here.run({ consumer: 'buildReport', payload: { id: 1 } })).toBe(false)
  })

  it('is tried again by the queue when it fails, each user alone', async () => {
    work = async () => {
      throw new Error('refused')
    }
    const payload = { user_ids: [1, 2], request_ids: ['one', 'two'] }
    here.run({ consumer: 'recomputeStatistics', payload })
    here.run(score(3))
    await jobs.none()
    expect(added).toEqual([
      { consumer: 'recomputeStatistics', payload: { user_ids: [1], request_id: 'one' } },
      { consumer: 'recomputeStatistics', payload: { user_ids: [2], request_id: 'two' } },
      score(3),
    ])
    expect(done).toHaveBeenCalledTimes(2)
  })

  it('goes to the queue before consuming has begun, and once it has ended', () => {
    here.end()
    expect(here.run(figures(1))).toBe(false)
    expect(ran).toEqual([])
  })
})
