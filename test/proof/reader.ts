import { setTimeout as delay } from 'node:timers/promises'
import type { Send } from './installation.ts'

/** An event as `GET /v1/events` shows it. */
export interface ShownEvent {
  readonly id: number
  readonly type: string
  readonly user_id: number
  readonly data: Readonly<Record<string, unknown>>
}

const PAGE = 100
const PAUSE_MS = 50

/** Reads a page. @returns undefined where no answer came */
async function readPage(send: Send, after: number): Promise<ShownEvent[] | undefined> {
  const path = `/v1/events?after=${after}&per_page=${PAGE}`
  const outcome = await send({ method: 'GET', path })
  if (outcome.kind !== 'answered' || outcome.answer.status !== 200) return undefined
  return outcome.answer.body
}

/**
 * Begins to read events by cursor, each page after what it has read, across whatever happens to the
 * service.
 */
export function startReader(send: Send) {
  let state: 'reading' | 'finishing' | 'abandoned' = 'reading'

  async function read(): Promise<readonly ShownEvent[]> {
    const events: ShownEvent[] = []
    while (state !== 'abandoned') {
      const mayEnd = state === 'finishing'
      const page = await readPage(send, events.at(-1)?.id ?? 0)
      events.push(...(page ?? []))
      if (page?.length === 0 && mayEnd) return events
      if (page === undefined || page.length < PAGE) await delay(PAUSE_MS)
    }
    return events
  }

  const reading = read()
  return {
    /** Reads to the end. @returns all that it has read */
    finish() {
      state = 'finishing'
      return reading
    },
    /** Reads no more, whether the service answers or not. */
    abandon() {
      state = 'abandoned'
    },
  }
}
