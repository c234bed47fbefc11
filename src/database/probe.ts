import pg from 'pg'
import { inTime } from '../lib/in-time.ts'

/** How long the database has to answer, in milliseconds. */
const ANSWER_MS = 2_000
/** How much of it is for the kept connection alone; a new one is opened then. */
const ALONE_MS = 500

/** Asks the database whether it answers. */
export interface DatabaseProbe {
  /** Ends within 2 s in which this process ran. @throws why it does not answer */
  ask(): Promise<void>
  close(): void
}

const nothing = () => undefined

/** Ends a connection without waiting for its server. */
const discard = (client: pg.Client | undefined) => client?.connection.stream.destroy()

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
      const client = new pg.Client({
        connectionString: databaseUrl,
        application_name: 'passbook probe',
        keepAlive: true,
      })
      client.on('error', nothing)
      const opened = client.connect().then(() => query(client))
      try {
        kept = await (asked
          ? inTime(Promise.any([asked, opened]), ANSWER_MS - ALONE_MS)
          : inTime(opened, ANSWER_MS))
      } finally {
        for (const other of [old, client]) if (other !== kept) discard(other)
      }
    },
    close() {
      discard(kept)
      kept = undefined
    },
  }
}
