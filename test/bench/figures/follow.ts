import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { ask } from './ask.ts'

const LOOK_MS = 2
/** Changes that are followed at a time. */
const MOST = 20
const WAITING = `SELECT own.id FROM unnest($1::bigint[], $2::bigint[]) AS asked (user_id, id) CROSS JOIN LATERAL (
  SELECT id FROM outbox WHERE outbox.user_id = asked.user_id AND outbox.id = asked.id OFFSET 0) AS own`

/** Notes how long the outbox rows of changes stay: until their figures are committed. */
export function follow(reader: pg.Client) {
  const began = new Map<string, { readonly user: number; readonly start: number }>()
  const waits: number[] = []
  let ended = false

  async function look(): Promise<void> {
    while (!ended || began.size > 0) {
      await delay(LOOK_MS)
      const asked = [...began]
      if (asked.length === 0) continue
      const rows = await ask(reader, WAITING, [
        asked.map(([, { user }]) => user),
        asked.map(([id]) => id),
      ])
      const waiting = new Set(rows.map(({ id }) => id))
      const now = performance.now()
      for (const [id, { start }] of asked) {
        if (waiting.has(id)) continue
        waits.push(now - start)
        began.delete(id)
      }
    }
  }

  const done = look()
  return {
    add(id: string, user: number, start: number): void {
      if (began.size < MOST) began.set(id, { user, start })
    },
    /** @returns milliseconds, ascending */
    async end(): Promise<readonly number[]> {
      ended = true
      await done
      return waits.sort((a, b) => a - b)
    },
  }
}
