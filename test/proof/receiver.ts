import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** What a receiver keeps of a webhook, in the order in which they came. */
export interface Attempt {
  /** `webhook-id`: the same each time it is sent. */
  readonly id: string
  readonly body: Readonly<Record<string, unknown>>
  /** Whether the library took the signature for good. */
  readonly isVerified: boolean
  /** Whether the receiver took it; else it failed. */
  readonly isTaken: boolean
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** What becomes of a webhook: a failure in a third of the cases. */
type Fate = 'take' | 'take late' | 'refuse' | 'reset' | 'silence'

const FAILS = 1 / 3
/** Of the failures. */
const RESETS = 0.35
/** Of the failures; each takes the 10 s that a receiver has. */
const SILENCES = 0.02
/** Of what is taken: the answer comes later than the event is kept. */
const LATE = 0.1
const LATE_MS = 300

/** The same for the same seed, webhook and try, whatever comes meanwhile. */
function fateOf(seed: number, id: string, attempt: number): Fate {
  const digest = createHash('sha256').update(`${seed} ${id} ${attempt}`).digest()
  const [one, other] = [digest.readUInt32LE(0) / 2 ** 32, digest.readUInt32LE(4) / 2 ** 32]
  if (one >= FAILS) return other < LATE ? 'take late' : 'take'
  if (other < SILENCES) return 'silence'
  return other < SILENCES + RESETS ? 'reset' : 'refuse'
}

function answer(fate: Fate, response: ServerResponse): void {
  if (fate === 'take') response.writeHead(204).end()
  else if (fate === 'take late') setTimeout(() => response.writeHead(204).end(), LATE_MS)
  else if (fate === 'refuse') response.writeHead(500).end('not now')
  else if (fate === 'reset') response.socket?.resetAndDestroy()
}

/** A receiver of webhooks that fails a third of the time, by a seed. */
export async function startReceiver(seed: number) {
  const attempts: Attempt[] = []
  const tries = new Map<string, number>()
  let secret = ''

  function isVerified(text: string, headers: Record<string, string>): boolean {
    try {
      new Webhook(secret).verify(text, headers)
      return true
    } catch {
      return false
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    // A process that is killed breaks off; what it had sent is no webhook.
    request.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const headers = request.headers as Record<string, string>
      const id = String(headers['webhook-id'])
      const attempt = (tries.get(id) ?? 0) + 1
      tries.set(id, attempt)
      const fate = fateOf(seed, id, attempt)
      attempts.push({
        id,
        body: JSON.parse(text),
        isVerified: isVerified(text, headers),
        isTaken: fate.startsWith('take'),
      })
      answer(fate, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    attempts,
    /** Checks signatures by this secret. */
    knows(given: string): void {
      secret = given
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
