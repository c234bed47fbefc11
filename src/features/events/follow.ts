import type { EventFilter, EventRow } from './read-events.ts'
import { type Message, messageOf, type Tail } from './tail.ts'

/** Events of one reading of a stream that is behind. */
const MAX_READ = 100
/** A heartbeat keeps proxies from closing a silent connection. */
const HEARTBEAT_MS = 15_000

interface Sources {
  readonly tail: Tail
  /** Reads events after an id that pass the filter. */
  readonly read: (filter: EventFilter, after: number, limit: number) => Promise<EventRow[]>
  readonly newest: () => Promise<number>
}

const passes = ({ type, user_id }: EventFilter, { event }: Message): boolean =>
  (type === undefined || type.includes(event.type)) &&
  (user_id === undefined || BigInt(user_id) === event.user_id)

/** What a stream gets in one step. */
interface Step {
  readonly messages: readonly Message[]
  /** Where it goes on. */
  readonly after: number
  /** Whether more is there already. */
  readonly more: boolean
}

/** Reads what a stream that is behind has missed, up to the newest event that there was. */
async function catchUp(
  { read, newest }: Sources,
  filter: EventFilter,
  after: number,
): Promise<Step> {
  const seen = await newest()
  const events = await read(filter, after, MAX_READ)
  const messages = events.map(messageOf)
  const last = messages.at(-1)?.id ?? after
  const more = events.length === MAX_READ
  return { messages, after: more ? last : Math.max(last, seen), more }
}

/**
 * Sends events as server-sent events, from an id on: first those that are there, from the database,
 * then new ones, from the tail. A client that reads slowly falls back to the database, so nothing
 * piles up for it.
 *
 * @param signal ends the stream
 */
export async function* follow(
  sources: Sources,
  filter: EventFilter,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const { tail } = sources
  let after = start
  let isBehind = true
  let sentAt = Date.now()

  async function next(): Promise<Step> {
    const silence = Math.max(0, sentAt + HEARTBEAT_MS - Date.now())
    const batch = await tail.next(after, silence, signal)
    if (batch === undefined) return { messages: [], after, more: false }
    const messages = batch.messages.filter((one) => one.id > after && passes(filter, one))
    return { messages, after: Math.max(batch.to, after), more: false }
  }

  yield 'retry: 1000\n\n'
  while (!signal.aborted) {
    isBehind ||= tail.isPast(after)
    const step: Step = isBehind ? await catchUp(sources, filter, after) : await next()
    after = step.after
    isBehind = step.more
    const texts = step.messages.map(({ text }) => text)
    if (Date.now() - sentAt >= HEARTBEAT_MS) texts.push(': heartbeat\n\n')
    if (texts.length === 0) continue
    yield texts.join('')
    sentAt = Date.now()
  }
}
