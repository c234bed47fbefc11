import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { openProxy, type TestProxy } from './servers/proxy.ts'
import { closeClient, openClient } from './sql.ts'

let proxy: TestProxy

beforeEach(async () => {
  proxy = await openProxy(Number(new URL(inject('serverUrl')).port))
})
afterEach(() => proxy.close())

it('ends a connection whose server does not answer any more', async () => {
  const url = new URL(inject('serverUrl'))
  url.port = String(proxy.port)
  const client = await openClient(url.href)
  proxy.hold()
  await closeClient(client)
  expect(client.connection.stream.destroyed).toBe(true)
})
