import { setTimeout as delay } from 'node:timers/promises'
import type { Import } from '../../generated/schemas.ts'

/** How often an import is read while somebody follows it. */
const EVERY_MS = 500
/** For how long all who follow an import share what was read. */
const SHARED_MS = 400
/** After so long without a change a comment is sent, so that no proxy takes the connection for dead. */
const HEARTBEAT_MS = 15_000

/** What was read of an import, as followers are sent it. */
interface Look {
  readonly status: Import['status']
  /** Without what changes by the clock alone. */
  readonly state: string
  readonly data: string
}

function lookOf(current: Import): Look {
  const { rows_per_second, eta_seconds, ...state } = current
  return { status: current.status, state: JSON.stringify(state), data: JSON.stringify(current) }
}

const event = (name: string, { data }: Look) => `event: ${name}\ndata: ${data}\n\n`

/** Ends the events with one that is called as the final status. */
const isFinal = ({ status }: Look) => ['completed', 'failed', 'cancelled'].includes(status)

/**
 * Makes imports into server-sent events: `progress` at every change, and one that is called as the final status. An import
 * is read once each half second however many follow it.
 *
 * @param read undefined when the import is gone: its events end then
 */
export function createImportEvents(read: (id: number) => Promise<Import | undefined>) {
  const looks = new Map<number, Promise<Look | undefined>>()

  function look(id: number): Promise<Look | undefined> {
    const shared = looks.get(id)
    if (shared) return shared
    const fresh = read(id).then((current) => current && lookOf(current))
    looks.set(id, fresh)
    setTimeout(() => looks.delete(id), SHARED_MS).unref()
    return fresh
  }

  /** @param signal ends them */
  return async function* follow(id: number, signal: AbortSignal): AsyncGenerator<string, void> {
    let known = ''
    let sentAt = 0
    yield 'retry: 1000\n\n'
    while (!signal.aborted) {
      const current = await look(id)
      if (current === undefined) return
      if (current.state !== known) {
        yield event('progress', current)
        sentAt = Date.now()
        known = current.state
      } else if (Date.now() - sentAt > HEARTBEAT_MS) {
        yield ': no change\n\n'
        sentAt = Date.now()
      }
      if (isFinal(current)) {
        yield event(current.status, current)
        return
      }
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}
