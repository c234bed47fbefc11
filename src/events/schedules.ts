import { type EventName, events } from './catalogue.ts'
import type { Producer } from './producer.ts'

/** How often, in milliseconds, to check that the queue still knows its schedules. */
const LOOK_MS = 15_000

/** The methods of a BullMQ queue that keep schedules. */
interface SchedulerQueue {
  getJobScheduler(id: string): Promise<unknown>
  upsertJobScheduler(
    id: string,
    repeat: { readonly every: number },
    template: { readonly name: string; readonly data: object },
  ): Promise<unknown>
}

/** Recurring jobs. */
export interface Schedules {
  /** Adds a job for this event every `everySeconds`. Processes that add the same share one job. */
  add(event: EventName, everySeconds: number): Promise<void>
  close(): void
}

/** Keeps schedules in the queue, and restores them after Redis came back empty. */
export function keepSchedules({ ready }: Producer<SchedulerQueue>): Schedules {
  const timers: NodeJS.Timeout[] = []
  return {
    async add(event, everySeconds) {
      const every = everySeconds * 1000
      const put = async () =>
        (await ready()).upsertJobScheduler(
          event,
          { every },
          { name: events[event].consumer, data: {} },
        )
      const look = async () => {
        if (!(await (await ready()).getJobScheduler(event))) await put()
      }
      await put()
      // The queue's own listener logs the error; the timer checks again.
      timers.push(setInterval(() => void look().catch(() => undefined), Math.min(every, LOOK_MS)))
    },
    close() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
