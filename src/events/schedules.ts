import { type EventName, events } from './catalogue.ts'
import type { Producer } from './producer.ts'

/** How often, in milliseconds, to look whether the queue still knows its schedules. */
const LOOK_MS = 15_000

/** The part of a BullMQ queue that schedules are kept with. */
interface SchedulerQueue {
  getJobScheduler(id: string): Promise<unknown>
  upsertJobScheduler(
    id: string,
    repeat: { readonly every: number },
    template: { readonly name: string; readonly data: object },
  ): Promise<unknown>
}

/** Jobs that come back for as long as the process runs. */
export interface Schedules {
  /** Adds a job for this event every so many seconds, once however many processes ask for it. */
  add(event: EventName, everySeconds: number): Promise<void>
  close(): void
}

/** Keeps schedules in the queue, and puts them back when a Redis that came back empty lost them. */
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
      // A queue that does not answer is logged by its own listener, and asked again.
      timers.push(setInterval(() => void look().catch(() => undefined), Math.min(every, LOOK_MS)))
    },
    close() {
      for (const timer of timers) clearInterval(timer)
    },
  }
}
