import type { UnderlyingSource } from 'node:stream/web'
import {
  deleteImport,
  type Event,
  listEvents,
  streamEvents,
  streamImport,
  uploadImport,
} from 'passbook-sdk'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { collect, useServed } from './setup/served.ts'

const { cast, as } = useServed({ worker: true })

/** Breaks the first streams off, each after its first event, as a proxy does that restarts. */
function breaking(streams: number) {
  const sent: Request[] = []
  return {
    sent,
    async fetch(request: Request): Promise<Response> {
      const response = await fetch(request)
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response
      return sent.push(request) > streams ? response : new Response(cut(response), response)
    },
  }
}

/** The body up to the end of its first event; reading on is an error. */
function cut(response: Response): ReadableStream<Uint8Array> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  let isOver = false
  const source: UnderlyingSource<Uint8Array> = {
    async pull(controller) {
      if (isOver) {
        await reader.cancel()
        return controller.error(new TypeError('terminated'))
      }
      let text = ''
      while (!FIRST_EVENT.test(text)) text += new TextDecoder().decode((await reader.read()).value)
      controller.enqueue(new TextEncoder().encode(FIRST_EVENT.exec(text)?.[0]))
      isOver = true
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}
const FIRST_EVENT = /^[\s\S]*?data: .*\n\n/

/** Those of the accounts of the cast. */
const COUNT = 4
const query = { after: 0, type: ['user.created' as const] }

describe('streamEvents', () => {
  it('goes on after the last event when the connection breaks: none is missed or comes twice', async () => {
    const admin = as(cast.admin)
    const listed = async () => (await listEvents({ client: admin, query })).data
    await vi.waitFor(async () => expect(await listed()).toHaveLength(COUNT), { timeout: 20_000 })
    const breaks = breaking(2)
    const client = as(cast.admin, { fetch: breaks.fetch })
    const seen: Event[] = []
    for await (const event of streamEvents({ client, query })) {
      seen.push(event)
      if (seen.length === COUNT) break
    }
    expect(seen).toEqual(await listed())
    expect(breaks.sent.length).toBe(3)
    expect(breaks.sent[0]?.headers.has('last-event-id')).toBe(false)
    expect(breaks.sent[1]?.headers.get('last-event-id')).toMatch(/^\d+$/)
  })

  it('closes its connection when the loop is left', async () => {
    const client = as(cast.admin)
    const followed = vi.spyOn(cast.service.services.events, 'stream')
    onTestFinished(() => followed.mockRestore())
    for await (const _ of streamEvents({ client, query: { after: 0 } })) break
    const gone = followed.mock.calls[0]?.[2]
    await vi.waitFor(() => expect(gone?.aborted).toBe(true), { timeout: 10_000 })
  })

  it('ends when the signal does', async () => {
    const leave = new AbortController()
    const stream = streamEvents({ client: as(cast.admin), signal: leave.signal })
    const next = stream.next()
    setTimeout(() => leave.abort(new Error('left')), 50)
    await expect(next).rejects.toThrow('left')
  })

  it('is refused to those who may not see events', async () => {
    await expect(streamEvents({ client: as(cast.user) }).next()).rejects.toMatchObject({
      status: 403,
    })
  })
})

describe('streamImport', () => {
  const upload = async (name: string) => {
    const client = as(cast.staff)
    const file = new Blob(['id,amount\n1,2.50\n2,7.00\n'])
    return { client, made: await uploadImport({ client, query: { kind: 'dataset', name }, file }) }
  }

  it('follows an import to its end', async () => {
    const { client, made } = await upload('followed')
    const states = await collect(streamImport({ client, path: { id: made.id } }))
    expect(states.at(-1)).toMatchObject({ id: made.id, status: 'completed', rows_loaded: 2 })
  })

  it('is refused for an import that was deleted', async () => {
    const { client, made } = await upload('deleted')
    await collect(streamImport({ client, path: { id: made.id } }))
    await deleteImport({ client, path: { id: made.id } })
    const states = streamImport({ client, path: { id: made.id } })
    await expect(states.next()).rejects.toMatchObject({ status: 404 })
  })
})
