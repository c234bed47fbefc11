import { once } from 'node:events'
import { get as httpGet, type IncomingMessage } from 'node:http'

export interface StreamedEvent {
  readonly id: number
  readonly name: string
  readonly data: { readonly id: number; readonly type: string; readonly user_id: number }
}

/** The events of a text, in order. */
const eventsOf = (text: string): StreamedEvent[] =>
  [...text.matchAll(/^id: (\d+)\nevent: ([a-z_.]+)\ndata: (.*)\n\n/gm)].map(
    ([, id, name = '', data = '']) => ({ id: Number(id), name, data: JSON.parse(data) }),
  )

/** Follows the events over a connection of its own. */
export async function connect(
  at: string,
  token: string,
  query = '',
  headers: Readonly<Record<string, string>> = {},
) {
  const request = httpGet(`${at}/v1/events/stream${query}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  answer.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  // Disconnecting causes an error, which the tests expect.
  answer.on('error', () => undefined)
  return {
    answer,
    events: () => eventsOf(text),
    text: () => text,
    leave: () => request.destroy(),
  }
}
