import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { linksOf } from '../../http/paging.ts'
import type { EventService } from './events.service.ts'
import { eventView } from './events.view.ts'

export function eventRoutes(handle: Handle, events: EventService): void {
  handle(operations.listEvents, async ({ query, request, reply }) => {
    const { items, more } = await events.list(query)
    const link = linksOf(request)
    const links = [link('first', { after: undefined })]
    const last = items.at(-1)
    if (more && last !== undefined) {
      const after = String(last.id)
      reply.header('x-next-cursor', after)
      links.push(link('next', { after }))
    }
    reply.header('link', links.join(', '))
    return items.map(eventView)
  })

  handle(operations.streamEvents, async ({ query, headers, reply }) => {
    const { after: given, ...filter } = query
    const last = headers['last-event-id']
    const after = last === undefined ? given : Math.min(Number(last), Number.MAX_SAFE_INTEGER)
    const gone = new AbortController()
    if (reply.raw.closed) gone.abort()
    else reply.raw.once('close', () => gone.abort())
    const messages = await events.stream(filter, after, gone.signal)
    // `x-accel-buffering` keeps a proxy from buffering the messages.
    reply
      .type('text/event-stream')
      .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    return messages
  })
}
