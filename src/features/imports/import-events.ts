import { setTimeout as delay } from 'node:timers/promises'
import type { Import } from '../../generated/schemas.ts'

/** How often the record is looked at. */
const EVERY_MS = 500
/** So often something is sent, that nobody between takes the connection for dead. */
const HEARTBEAT_MS = 15_000

const event = (name: string, data: Import) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** What changes by the clock alone is no change. */
const stateOf = ({ rows_per_second, eta_seconds, ...state }: Import) => JSON.stringify(state)

/**
 * An import as server-sent events: `progress` at every change, and one that is called as its final status.
 *
 * @param read undefined when it is gone: the events end then
 * @param signal ends them
 */
export async function* importEvents(
  read: () => Promise<Import | undefined>,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let known = ''
  let sentAt = 0
  yield 'retry: 1000\n\n'
  while (!signal.aborted) {
    const current = await read()
    if (current === undefined) return
    const state = stateOf(current)
    if (state !== known) {
      yield event('progress', current)
      sentAt = Date.now()
      known = state
    } else if (Date.now() - sentAt > HEARTBEAT_MS) {
      yield ': it goes on\n\n'
      sentAt = Date.now()
    }
    if (['completed', 'failed', 'cancelled'].includes(current.status)) {
      yield event(current.status, current)
      return
    }
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}
