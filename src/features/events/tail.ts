import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../../lib/log.ts'
import { eventView } from './events.view.ts'
import type { EventRow } from './read-events.ts'

/** How often new events are looked for while somebody waits for them. */
const POLL_MS = 200
/** Events of one look. */
const MAX_LOOK = 1_000

/** An event as a message of a stream, made once for all streams. */
export interface Message {
  readonly id: number
  readonly event: EventRow
  readonly text: string
}

/** New events, the last of which has the id `to`. */
export interface Batch {
  readonly to: number
  readonly messages: readonly Message[]
}

export type Tail = ReturnType<typeof createTail>

export const messageOf = (event: EventRow): Message => ({
  id: Number(event.id),
  event,
  text: `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(eventView(event))}\n\n`,
})

/**
 * Hands new events to all streams of the process that wait for them. They share one look at the
 * database, which nobody takes while nobody waits.
 *
 * @param read returns the events after an id, in their order
 * @param pause ends when it is time for the next look
 */
export function createTail(
  read: (after: number, limit: number) => Promise<readonly EventRow[]>,
  log: Log,
  pause: () => Promise<unknown> = () => delay(POLL_MS),
) {
  const waiting = new Set<(batch?: Batch) => void>()
  /** Events up to here were handed out. */
  let head = 0
  let running = false

  async function look(): Promise<number> {
    const messages = (await read(head, MAX_LOOK)).map(messageOf)
    const last = messages.at(-1)
    if (last !== undefined) {
      head = last.id
      const batch = { to: head, messages }
      for (const hand of [...waiting]) hand(batch)
    }
    return messages.length
  }

  async function run(): Promise<void> {
    running = true
    while (waiting.size > 0) {
      const found = await look().catch((error: unknown) => {
        log.warn({ err: error }, 'new events cannot be read; streams wait')
        return 0
      })
      if (found < MAX_LOOK) await pause()
    }
    running = false
  }

  return {
    /** Whether events after this one were handed out already. */
    isPast: (id: number): boolean => head > id,

    /**
     * Waits for events after an id that is not past.
     *
     * @returns undefined when none came in time, or the signal aborted
     */
    next(id: number, milliseconds: number, signal: AbortSignal): Promise<Batch | undefined> {
      return new Promise((resolve) => {
        const end = (batch?: Batch) => {
          clearTimeout(timer)
          signal.removeEventListener('abort', give)
          waiting.delete(end)
          resolve(batch)
        }
        const give = () => end()
        const timer = setTimeout(give, milliseconds)
        signal.addEventListener('abort', give)
        waiting.add(end)
        if (signal.aborted) give()
        else if (!running) {
          head = id
          void run()
        }
      })
    },
  }
}
