import { once } from 'node:events'
import { type AddressInfo, createServer, Socket } from 'node:net'

/** Types of the messages that end what a client sends and waits for the answer to: Query and Sync. */
const QUERY = 'Q'.charCodeAt(0)
const SYNC = 'S'.charCodeAt(0)
const HEADER_BYTES = 5

/** How a connection ends: without a word, or as when an administrator ends its session. */
export type Cut = 'reset' | 'terminated'

/** The server's last message on a session that it ends. @param code why */
export function createFarewell(code: string): Buffer {
  const fields = ['SFATAL', 'VFATAL', `C${code}`, 'Mthe session ends', ''].join('\0')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(4 + fields.length + 1)
  return Buffer.concat([Buffer.from('E'), length, Buffer.from(`${fields}\0`)])
}

/** Counts the questions in what a client sends. The first message, of its start, has no type. */
function createQuestionCounter(): (bytes: Buffer) => number {
  let waiting = Buffer.alloc(0)
  let started = false
  return (bytes) => {
    waiting = Buffer.concat([waiting, bytes])
    let questions = 0
    for (;;) {
      const typed = started ? 1 : 0
      if (waiting.length < HEADER_BYTES) return questions
      const length = typed + waiting.readUInt32BE(typed)
      if (waiting.length < length) return questions
      if (started && (waiting[0] === QUERY || waiting[0] === SYNC)) questions += 1
      started = true
      waiting = waiting.subarray(length)
    }
  }
}

export type DatabaseProxy = Awaited<ReturnType<typeof startDatabaseProxy>>

/** Stands between Passbook and its PostgreSQL, and keeps them apart as a test wants it. */
export async function startDatabaseProxy(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const clients = new Set<Socket>()
  let refusing = false
  let hanging = false
  let questions = 0
  let cutAt = Number.POSITIVE_INFINITY
  let cut: Cut = 'reset'

  const server = createServer((client) => {
    if (refusing) {
      client.resetAndDestroy()
      return
    }
    const upstream = new Socket().connect(Number(target.port), target.hostname)
    clients.add(client)
    const countQuestions = createQuestionCounter()
    if (hanging) client.pause()
    client.on('data', (bytes: Buffer) => {
      const asked = countQuestions(bytes)
      questions += asked
      if (asked > 0 && questions >= cutAt) {
        cutAt = Number.POSITIVE_INFINITY
        // The server may do what it was asked, but nobody is told.
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
    /** Keeps connections open, and passes on nothing that a client says. */
    hang(): void {
      hanging = true
      for (const client of clients) client.pause()
    },
    /** Ends every connection, and takes no new ones. */
    refuse(): void {
      refusing = true
      for (const client of clients) client.resetAndDestroy()
    },
    resume(): void {
      refusing = false
      hanging = false
      for (const client of clients) client.resume()
    },
    /** Cuts the connection over which the n-th question from now on comes, once the server has it. */
    cutAt(question: number, how: Cut): void {
      questions = 0
      cut = how
      cutAt = question
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
