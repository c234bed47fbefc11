import { gunzipSync } from 'node:zlib'
import fastify from 'fastify'
import { expect, it, vi } from 'vitest'
import { createStaticText } from '../../src/http/document/static-text.ts'

it('makes a text at its first request, and packs it once', async () => {
  const make = vi.fn(() => 'a text '.repeat(1_000))
  const text = createStaticText(make)
  const app = fastify()
  const sent: Buffer[] = []
  app.get('/', async (request, reply) => {
    const bytes = text(request, reply, 'text/plain')
    sent.push(bytes)
    return bytes
  })
  expect(make).not.toHaveBeenCalled()
  const read = (coding: string) => app.inject({ url: '/', headers: { 'accept-encoding': coding } })
  const answers = [await read('gzip'), await read('identity'), await read('gzip')]
  expect(make).toHaveBeenCalledTimes(1)
  expect(sent[2]).toBe(sent[0])
  expect(gunzipSync(answers[2]?.rawPayload ?? '').toString()).toBe(answers[1]?.body)
})
