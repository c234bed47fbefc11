import { once } from 'node:events'
import { type AddressInfo, createServer, Socket } from 'node:net'

/** The message types after which a client waits for an answer: Query and Sync. */
const QUERY = 'Q'.charCodeAt(0)
const SYNC = 'S'.charCodeAt(0)
const HEADER_BYTES = 5

/** How a connection ends: by a reset, or like a session terminated by an administrator. */
export type Cut = 'reset' | 'terminated'

/**
 * The server's last message on a session that it ends.
 *
 * @param code the reason, as an SQLSTATE
 */
export function createFarewell(code: string): Buffer {
  const fields = ['SFATAL', 'VFATAL', `C${code}`, 'Mthe session ends', ''].join('\0')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(4 + fields.length + 1)
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(`${fields}\0`)])
}

/**
 * Counts the queries in what a client sends. The first message, the startup message, has no type.
 */
function createQueryCounter(): (bytes: Buffer) => number {
  let waiting = Buffer.alloc(0)
  let started = false
  return (bytes) => {
    waiting = Buffer.concat([waiting, bytes])
    let queries = 0
    for (;;) {
      const typed = started ? 1 : 0
      if (waiting.length < HEADER_BYTES) return queries
      const length = typed + waiting.readUInt32BE(typed)
      if (waiting.length < length) return queries
      if (started && (waiting[0] === QUERY || waiting[0] === SYNC)) queries += 1
      started = true
      waiting = waiting.subarray(length)
    }
  }
}

export type DatabaseProxy = Awaited<ReturnType<typeof startDatabaseProxy>>

/** A proxy between Passbook and its PostgreSQL that can interrupt their connections. */
export async function startDatabaseProxy(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const clients = new Set<Socket>()
  let refusing = false
  let hanging = false
  let queries = 0
  let cutAt = Number.POSITIVE_INFINITY
  let cut: Cut = 'reset'

  const server = createServer((client) => {
    if (refusing) {
      client.resetAndDestroy()
      return
    }
    const upstream = new Socket().connect(Number(target.port), target.hostname)
    clients.add(client)
    const countQueries = createQueryCounter()
    if (hanging) client.pause()
    client.on('data', (bytes: Buffer) => {
      const newQueries = countQueries(bytes)
      queries += newQueries
      if (newQueries > 0 && queries >= cutAt) {
        cutAt = Number.POSITIVE_INFINITY
        // The server may execute the query, but the client never gets the answer.
        upstream.write(bytes, () =>
          cut === 'reset' ? client.resetAndDestroy() : client.end(createFarewell('57P01')),
        )
        return
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => client.write(bytes))
    const end = () => {
      clients.delete(client)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    url: url.href,
    /** Keeps connections open, but forwards nothing from clients. */
    hang(): void {
      hanging = true
      for (const client of clients) client.pause()
    },
    /** Closes every connection, and refuses new ones. */
    refuse(): void {
      refusing = true
      for (const client of clients) client.resetAndDestroy()
    },
    resume(): void {
      refusing = false
      hanging = false
      for (const client of clients) client.resume()
    },
    /**
     * Cuts the connection that sends the n-th query from now on, after the server received that
     * query.
     */
    cutAt(query: number, how: Cut): void {
      queries = 0
      cut = how
      cutAt = query
    },
    /** Whether the cut is still to come. */
    get cutting(): boolean {
      return cutAt !== Number.POSITIVE_INFINITY
    },
    async close(): Promise<void> {
      for (const client of clients) client.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
