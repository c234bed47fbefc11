import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'

let service: TestService
let user: Account

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount('user')
})
afterAll(() => service.close())

interface SentError {
  readonly in: string
  readonly path: string
  readonly code: string
}
const placesOf = (errors: readonly SentError[]) =>
  errors.map((error) => [error.in, error.path, error.code])

describe('the errors of a request', () => {
  it('are reported together, in the order of path, query, headers and body', async () => {
    const { status, body } = await service.call('updateTask', {
      params: { id: 0 },
      query: { colour: 'red' },
      headers: { 'if-match': 'x'.repeat(1025) },
      body: { status: 'done', titel: 'x' },
      token: user.token,
    })
    expect(status).toBe(422)
    expect(placesOf(body.errors)).toEqual([
      ['path', 'id', 'minimum'],
      ['query', 'colour', 'unknown_parameter'],
      ['header', 'If-Match', 'maxLength'],
      ['body', '/titel', 'unknown_field'],
      ['body', '/status', 'enum'],
    ])
  })

  it('are not reported without permission, or if the body cannot be parsed', async () => {
    const wrong = { params: { id: 0 }, body: { status: 'done' } }
    expect((await service.call('updateTask', wrong)).status).toBe(401)
    const { status } = await service.call('updateTask', {
      ...wrong,
      headers: { 'content-type': 'text/plain' },
      token: user.token,
    })
    expect(status).toBe(415)
  })
})
