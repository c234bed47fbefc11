import { once } from 'node:events'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { beforeAll } from 'vitest'
import type { useCast } from '../setup/cast.ts'
import type { TestResponse, TestService } from '../setup/service.ts'

export interface ServerSentEvent {
  readonly name: string
  readonly data: TestResponse['body']
}

/** The events of a text, in order. */
export const eventsOf = (text: string): ServerSentEvent[] =>
  [...text.matchAll(/^event: (\w+)\ndata: (.*)\n\n/gm)].map(([, name = '', data = '']) => ({
    name,
    data: JSON.parse(data),
  }))

/** Follows an import over a connection of its own. */
async function connect(id: number, at: string, token: string) {
  const headers = { authorization: `Bearer ${token}` }
  const request = httpGet(`${at}/v1/imports/${id}/events`, { headers })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  answer.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  // Disconnecting causes an error, which the tests expect.
  answer.on('error', () => undefined)
  return { answer, events: () => eventsOf(text), leave: () => request.destroy() }
}

/** An answer that is cut off fails before it closes. */
export const closed = (answer: IncomingMessage) =>
  new Promise((resolve) => answer.once('close', resolve))

export const listen = ({ app }: TestService): Promise<string> =>
  app.listen({ port: 0, host: '127.0.0.1' })

/** Makes the service of a cast listen, and follows imports there, as staff if nobody else is named. */
export function useEventStreams(cast: ReturnType<typeof useCast>) {
  let url: string
  beforeAll(async () => {
    url = await listen(cast.service)
  })
  return {
    url: () => url,
    follow: (id: number | string, token = cast.staff.token) =>
      cast.service.call('streamImport', { params: { id }, token }),
    connect: (id: number, at = url, token = cast.staff.token) => connect(id, at, token),
  }
}
