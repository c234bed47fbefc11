import { Readable } from 'node:stream'
import type { Database } from '../../database/client.ts'
import type { Log } from '../../lib/log.ts'
import { follow } from './follow.ts'
import { type EventFilter, type EventRow, newestEvent, readEvents } from './read-events.ts'
import { createTail } from './tail.ts'

export type EventService = ReturnType<typeof createEventService>

/** The part of the events that a request asks for. */
export interface EventQuery extends EventFilter {
  readonly after?: number
  readonly per_page: number
}

/** Events after an id, and whether there are more after the last of them. */
export interface EventPage {
  readonly items: readonly EventRow[]
  readonly more: boolean
}

export function createEventService({
  database,
  log,
}: {
  readonly database: Database
  readonly log: Log
}) {
  const closing = new AbortController()
  const read = (filter: EventFilter, after: number, limit: number) =>
    readEvents(database, filter, after, limit)
  const newest = () => newestEvent(database)
  const tail = createTail((after, limit) => read({}, after, limit), log)

  return {
    /** In the order of commit. */
    async list({ after = 0, per_page, ...filter }: EventQuery): Promise<EventPage> {
      const rows = await read(filter, after, per_page + 1)
      return { items: rows.slice(0, per_page), more: rows.length > per_page }
    },

    /**
     * Sends events as server-sent events.
     *
     * @param after where to begin; undefined for what comes from now on
     * @param gone aborted when the client closes the connection
     */
    async stream(
      filter: EventFilter,
      after: number | undefined,
      gone: AbortSignal,
    ): Promise<Readable> {
      const start = after ?? (await newest())
      const ended = AbortSignal.any([closing.signal, gone])
      const messages = follow({ tail, read, newest }, filter, start, ended)
      return Readable.from(messages, { objectMode: false })
    },

    /** Ends all streams, so that the process can stop. */
    endStreams: () => closing.abort(),
  }
}
