import type pg from 'pg'
import { inTime } from '../lib/in-time.ts'
import { createDedicated, discard } from './dedicated-connection.ts'

/** How long the database has to answer, in milliseconds. */
const MAX_ANSWER_MS = 2_000
/** The part of it in which only the kept connection is tried; then a new one is opened as well. */
const ALONE_MS = 500

/** The caller limits each question, by time in which this process ran. */
const NO_LIMITS = { statement: 0, lock: 0, connect: 0 }

/** Checks whether the database answers. */
export interface DatabaseProbe {
  /**
   * Takes at most 2 s of the process's own running time.
   *
   * @throws the reason why the database does not answer
   */
  ask(): Promise<void>
  close(): void
}

const noop = () => undefined

async function query(client: pg.Client): Promise<pg.Client> {
  await client.query('SELECT 1')
  return client
}

/**
 * Uses its own connection, which it keeps, since those of the pools may all be busy. A connection
 * may be lost, or slow to open, while the server is well. So either the kept or a new one has to
 * answer.
 */
export function createProbe(databaseUrl: string): DatabaseProbe {
  let kept: pg.Client | undefined
  return {
    async ask() {
      const old = kept
      kept = undefined
      const keptAnswer = old && query(old)
      if (keptAnswer) {
        const answered = await inTime(keptAnswer, ALONE_MS).then(() => true, noop)
        if (answered) {
          kept = old
          return
        }
      }
      const client = createDedicated(databaseUrl, 'passbook probe', NO_LIMITS)
      const newAnswer = client.connect().then(() => query(client))
      try {
        kept = await (keptAnswer
          ? inTime(Promise.any([keptAnswer, newAnswer]), MAX_ANSWER_MS - ALONE_MS)
          : inTime(newAnswer, MAX_ANSWER_MS))
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
