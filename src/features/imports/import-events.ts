import { setTimeout as delay } from 'node:timers/promises'
import type { Import } from '../../generated/schemas.ts'

/** How often an import is read while somebody follows it. */
const POLL_MS = 500
/** How long all followers of an import share a reading. */
const SHARED_MS = 400
/** A heartbeat keeps proxies from closing a silent connection. */
const HEARTBEAT_MS = 15_000

/** One reading of an import, as its followers are sent it. */
interface Reading {
  readonly status: Import['status']
  /** The state to compare. Leaves out the fields that change with time alone. */
  readonly state: string
  readonly data: string
}

function readingOf(current: Import): Reading {
  const { rows_per_second, eta_seconds, ...state } = current
  return { status: current.status, state: JSON.stringify(state), data: JSON.stringify(current) }
}

const event = (name: string, { data }: Reading) => `event: ${name}\ndata: ${data}\n\n`

const isFinal = ({ status }: Reading) => ['completed', 'failed', 'cancelled'].includes(status)

/**
 * Creates the function that sends an import as server-sent events: `progress` at every change, then one
 * event named after its final status. An import is read twice a second however many follow it.
 *
 * @param read returns undefined when the import is deleted, which ends its events
 */
export function createImportEvents(read: (id: number) => Promise<Import | undefined>) {
  const readings = new Map<number, Promise<Reading | undefined>>()

  function readShared(id: number): Promise<Reading | undefined> {
    const shared = readings.get(id)
    if (shared) return shared
    const fresh = read(id).then((current) => current && readingOf(current))
    readings.set(id, fresh)
    setTimeout(() => readings.delete(id), SHARED_MS).unref()
    return fresh
  }

  /** @param signal ends the events */
  return async function* follow(id: number, signal: AbortSignal): AsyncGenerator<string, void> {
    let sent = ''
    let sentAt = 0
    yield 'retry: 1000\n\n'
    while (!signal.aborted) {
      const current = await readShared(id)
      if (current === undefined) return
      if (current.state !== sent) {
        yield event('progress', current)
        sentAt = Date.now()
        sent = current.state
      } else if (Date.now() - sentAt > HEARTBEAT_MS) {
        yield ': heartbeat\n\n'
        sentAt = Date.now()
      }
      if (isFinal(current)) {
        yield event(current.status, current)
        return
      }
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}
