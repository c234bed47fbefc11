import type { Consumers, Job } from './catalogue.ts'
import { type RunDeps, runJob } from './run-job.ts'

/** Jobs that may be under way past the queue: of figures, and of scores and alerts. */
export const MOST_HERE = { figures: 2, yielding: 1 } as const

/** Jobs that this process runs at once, without a queue. */
export interface Here {
  /** Begins taking jobs; calls `done` after each. */
  begin(consumers: Consumers, done: () => void): void
  /** Takes no more. */
  end(): void
  /** Starts a job of changes if few are under way. @returns whether it runs */
  run(job: Job): boolean
}

/**
 * The worker that claims changes works on them itself while it has time: a job in a queue takes longer
 * to come and go than its work does. Nothing depends on the queue, as outbox rows live until their work is
 * done: what fails is added to the queue, and what a dead process had claimed is found by its age.
 *
 * @param count counts work that closing waits for
 */
export function createHere(deps: RunDeps, count: <T>(work: Promise<T>) => Promise<T>): Here {
  let consumers: Consumers | undefined
  let done: () => void = () => undefined
  const underWay = { figures: 0, yielding: 0 }

  /** Requests take long, and a load lets others go first. */
  function kindOf({ consumer, payload, yields }: Job): keyof typeof MOST_HERE | undefined {
    if (!('user_ids' in payload)) return undefined
    if (consumer !== 'recomputeStatistics') return 'yielding'
    return yields ? undefined : 'figures'
  }

  async function start(job: Job, taken: Consumers, kind: keyof typeof MOST_HERE): Promise<void> {
    underWay[kind] += 1
    const { consumer: name, payload: data, yields } = job
    const opts = yields ? { priority: 1 } : {}
    try {
      await runJob({ name, data, opts, attemptsMade: 0 }, taken, deps)
    } catch {
      // The queue tries again; where that is away too, the rows are found by their age.
      await deps.add([job]).catch(() => undefined)
    } finally {
      underWay[kind] -= 1
      done()
    }
  }

  return {
    begin(taken, whenDone) {
      consumers = taken
      done = whenDone
    },
    end() {
      consumers = undefined
    },
    run(job) {
      const kind = kindOf(job)
      if (consumers === undefined || kind === undefined) return false
      if (underWay[kind] >= MOST_HERE[kind]) return false
      void count(start(job, consumers, kind))
      return true
    },
  }
}
