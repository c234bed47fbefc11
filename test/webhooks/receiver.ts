import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { vi } from 'vitest'

/** A webhook that a receiver got. */
export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read any field of an event
  readonly body: any
}

/** How a receiver answers the n-th webhook, counted from 0. */
export type Answering = (got: Received, index: number, response: ServerResponse) => unknown

const takes: Answering = (_, __, response) => response.writeHead(204).end()

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** Starts a receiver of webhooks on a port of its own. */
export async function startReceiver(first: Answering = takes) {
  const received: Received[] = []
  let answer = first
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const got = { headers: request.headers, text, body: JSON.parse(text) }
    received.push(got)
    answer(got, received.length - 1, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hooks?of=passbook`,
    received,
    /** Answers like this from now on. */
    answers(next: Answering) {
      answer = next
    },
    /** Waits until so many webhooks came. */
    async got(count: number): Promise<readonly Received[]> {
      const check = () => {
        if (received.length < count) throw new Error(`${received.length} of ${count} came`)
        return received
      }
      return await vi.waitFor(check, { timeout: 15_000, interval: 20 })
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Checks a webhook as its receiver does. @returns its body @throws when the signature is wrong */
export const verify = (secret: string, { headers, text }: Received): unknown =>
  new Webhook(secret).verify(text, headers as Record<string, string>)
