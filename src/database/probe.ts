import type pg from 'pg'
import { inTime } from '../lib/in-time.ts'
import { createDedicated, discard } from './dedicated-connection.ts'

/** How long the database has to answer, in milliseconds. */
const ANSWER_MS = 2_000
/** How much of it is for the kept connection alone; a new one is opened then. */
const ALONE_MS = 500

/** What bounds a question counts only time in which this process ran. */
const NO_LIMITS = { statement: 0, lock: 0, connect: 0 }

/** Asks the database whether it answers. */
export interface DatabaseProbe {
  /** Ends within 2 s in which this process ran. @throws why it does not answer */
  ask(): Promise<void>
  close(): void
}

const nothing = () => undefined

async function query(client: pg.Client): Promise<pg.Client> {
  await client.query('SELECT 1')
  return client
}

/**
 * Asks over a connection of its own, which it keeps: those of the pools may all be busy. A connection may
 * be lost, or slow to open, while the server is well: one of the kept and a new one has to answer.
 */
export function createProbe(databaseUrl: string): DatabaseProbe {
  let kept: pg.Client | undefined
  return {
    async ask() {
      const old = kept
      kept = undefined
      const asked = old && query(old)
      if (asked) {
        const answered = await inTime(asked, ALONE_MS).then(() => true, nothing)
        if (answered) {
          kept = old
          return
        }
      }
      const client = createDedicated(databaseUrl, 'passbook probe', NO_LIMITS)
      const opened = client.connect().then(() => query(client))
      try {
        kept = await (asked
          ? inTime(Promise.any([asked, opened]), ANSWER_MS - ALONE_MS)
          : inTime(opened, ANSWER_MS))
      } finally {
        for (const other of [old, client]) if (other && other !== kept) discard(other)
      }
    },
    close() {
      if (kept) discard(kept)
      kept = undefined
    },
  }
}
