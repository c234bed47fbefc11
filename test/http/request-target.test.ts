import { beforeAll, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { head, openRaw } from '../setup/http/raw-http.ts'

const cast = useCast()
let port: number

beforeAll(async () => {
  const address = await cast.service.app.listen({ port: 0, host: '127.0.0.1' })
  port = Number(new URL(address).port)
})

it.each([
  ['/v1/me', 200],
  ['http://localhost/v1/me', 200],
  ['HTTP://other.example:8080/me?', 200],
  ['https://localhost/v1/users/0', 422],
  ['http://localhost', 200],
  ['http://localhost?q=1', 422],
  ['ftp://localhost/v1/me', 404],
])('the request target %s is answered with %i', async (target, status) => {
  const raw = await openRaw(port)
  raw.send(head('GET', target, { Authorization: `Bearer ${cast.user.token}` }))
  expect(await raw.received(/\r\n\r\n/)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  raw.destroy()
})
