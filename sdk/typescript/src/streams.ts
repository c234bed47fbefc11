import { createEventParser, type Message, type StreamState } from './event-parser.ts'
import type { Client } from './generated/client/index.ts'
import type { Event, Import, StreamEventsData, StreamImportData } from './generated/types.gen.ts'
import { ConnectionError, Problem } from './problem.ts'
import { sleep } from './retry.ts'

interface StreamOptions {
  readonly client: Client
  /** Ends the stream. */
  readonly signal?: AbortSignal
}

export interface StreamEventsOptions extends StreamOptions {
  readonly query?: StreamEventsData['query']
  /** The id of the last event that was seen: goes on after it. */
  readonly lastEventId?: number
}

export interface StreamImportOptions extends StreamOptions {
  readonly path: StreamImportData['path']
}

/** The service sends something every 15 seconds. */
const MAX_SILENCE_MS = 45_000
const LONGEST_PAUSE_MS = 10_000
const FINAL: readonly Import['status'][] = ['completed', 'failed', 'cancelled']
/** Any: it says that the operation needs a login. */
const SECURITY = [{ scheme: 'bearer', type: 'http' }] as const

/**
 * Events as they happen. When the connection breaks, it connects again and goes on after the last event: none is
 * missed, none comes twice. It goes on until you leave the loop, the signal ends it, or the access does.
 *
 * @throws Problem when the service refuses the stream
 */
export async function* streamEvents(options: StreamEventsOptions): AsyncGenerator<Event, void> {
  const url: StreamEventsData['url'] = '/v1/events/stream'
  const { lastEventId, query, ...rest } = options
  const state = lastEventId === undefined ? {} : { lastId: String(lastEventId) }
  for await (const { data } of follow({ ...rest, url, query }, state)) {
    yield JSON.parse(data)
  }
}

/**
 * An import at each change of it, up to its end: the last one is completed, failed or cancelled.
 *
 * @throws Problem when there is no such import, or it is deleted meanwhile
 */
export async function* streamImport(options: StreamImportOptions): AsyncGenerator<Import, void> {
  const url: StreamImportData['url'] = '/v1/imports/{id}/events'
  for await (const { event, data } of follow({ ...options, url }, {})) {
    if (event === 'progress') yield JSON.parse(data)
    if (FINAL.some((status) => status === event)) return
  }
}

interface Source extends StreamOptions {
  readonly url: string
  readonly path?: Record<string, unknown>
  readonly query?: Record<string, unknown> | undefined
}

async function* follow(source: Source, state: StreamState): AsyncGenerator<Message, void> {
  for (let failures = 0; ; failures++) {
    try {
      for await (const message of connectOnce(source, state)) {
        failures = 0
        yield message
      }
    } catch (error) {
      source.signal?.throwIfAborted()
      if (!isPassing(error)) throw error
    }
    const pause = (state.retryMs ?? 1_000) * 2 ** Math.min(failures, 10)
    await sleep(Math.min(pause, LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2), source.signal)
  }
}

/** Whether the same request may be answered otherwise later. */
const isPassing = (error: unknown) =>
  error instanceof ConnectionError ||
  (error instanceof Problem && (error.status === 429 || error.status >= 500))

async function* connectOnce(
  { client, ...options }: Source,
  state: StreamState,
): AsyncGenerator<Message, void> {
  const { data } = await client.get<{ 200: unknown }, unknown, true>({
    ...options,
    security: SECURITY,
    parseAs: 'stream',
    headers: {
      accept: 'text/event-stream',
      ...(state.lastId !== undefined && { 'last-event-id': state.lastId }),
    },
  })
  const reader = (data as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  const parse = createEventParser(state)
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read())
      if (done) return
      yield* parse(decoder.decode(value, { stream: true }))
    }
  } finally {
    // Ends the connection, also where the reader of the messages has left.
    await reader.cancel().catch(() => undefined)
  }
}

async function withinSilence<T>(reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    const end = () => reject(new ConnectionError('The stream has gone silent.'))
    timer = setTimeout(end, MAX_SILENCE_MS)
  })
  try {
    return await Promise.race([reading, silence])
  } catch (cause) {
    throw cause instanceof ConnectionError
      ? cause
      : new ConnectionError('The stream has broken off.', { cause })
  } finally {
    clearTimeout(timer)
  }
}
