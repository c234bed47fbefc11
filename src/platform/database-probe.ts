import pg from 'pg'

/** How long each of the two ways to ask may take: a busy machine takes a second for anything. */
const KEPT_MS = 1_000
const NEW_MS = 2_000

/** Asks the database whether it answers. */
export interface DatabaseProbe {
  /** Ends within 3 s. @throws why it does not answer */
  ask(): Promise<void>
  close(): void
}

/** Ends a connection without waiting for its server. */
const discard = (client: pg.Client | undefined) => client?.connection.stream.destroy()

/**
 * Asks over a connection of its own, which it keeps: those of the pools may all be busy. A connection may
 * be lost while the server is well, so where the kept one fails, a new one decides.
 */
export function createProbe(databaseUrl: string): DatabaseProbe {
  let kept: pg.Client | undefined

  async function askOver(client: pg.Client, limit: number, connect: boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      // What arrived while this process was busy counts: a look at the sockets comes first.
      timer = setTimeout(() => setImmediate(reject, new Error('Query read timeout')), limit)
    })
    const asked = async () => {
      if (connect) await client.connect()
      await client.query('SELECT 1')
    }
    const answer = asked()
    answer.catch(() => undefined)
    await Promise.race([answer, late]).finally(() => clearTimeout(timer))
  }

  async function askAnew(): Promise<void> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'passbook probe',
      keepAlive: true,
    })
    client.on('error', () => undefined)
    try {
      await askOver(client, NEW_MS, true)
    } catch (error) {
      discard(client)
      throw error
    }
    kept = client
  }

  return {
    async ask() {
      const client = kept
      kept = undefined
      if (client) {
        try {
          await askOver(client, KEPT_MS, false)
          kept = client
          return
        } catch {
          discard(client)
        }
      }
      await askAnew()
    },
    close() {
      discard(kept)
      kept = undefined
    },
  }
}
