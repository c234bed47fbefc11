import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../../src/generated/operations.ts'
import { RawConnection } from '../../hostile/raw-connection.ts'
import { head } from '../../setup/http/raw-http.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'

type Headers = Readonly<Record<string, string>>

const CHUNKED = { 'Transfer-Encoding': 'chunked' }
const EMPTY = { 'Content-Length': '0' }
const END_OF_CHUNKS = '0\r\n\r\n'
/** What clients and proxies send for no body at all. */
const EMPTY_BODIES: readonly (readonly [Headers, string])[] = [
  [CHUNKED, END_OF_CHUNKS],
  [{ ...CHUNKED, 'Content-Type': 'application/octet-stream' }, END_OF_CHUNKS],
  [{ ...CHUNKED, Expect: '100-continue' }, END_OF_CHUNKS],
  [{ ...EMPTY, 'Content-Type': 'application/json' }, ''],
  [{ ...EMPTY, 'Content-Type': 'text/plain' }, ''],
  [{ ...EMPTY, 'Content-Type': 'multipart/form-data; boundary=x' }, ''],
  [{ ...EMPTY, 'Content-Type': 'application/x-www-form-urlencoded' }, ''],
  [{ ...EMPTY, 'Content-Type': 'no media type' }, ''],
  [{ ...EMPTY, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }, ''],
]
const BODIES: readonly (readonly [Headers, string])[] = [
  [CHUNKED, `1\r\nx\r\n${END_OF_CHUNKS}`],
  [{ ...CHUNKED, 'Content-Type': 'text/plain' }, `1\r\nx\r\n${END_OF_CHUNKS}`],
  [{ 'Content-Length': '1', 'Content-Type': 'text/csv' }, 'x'],
]
const JSON_TYPE = { 'Content-Type': 'application/json' }
/** JSON that says something. */
const JSON_BODIES = ['{"id":1}', '[]', '1', '"x"', 'false', '{"id":12345678901234567890}']
/** JSON that says nothing, as some clients send it. */
const EMPTY_JSON = ['{}', ' {} ', 'null']
const withoutBody = Object.values(operations).filter(
  ({ schema, takesFile, method }) => !('body' in schema || takesFile || method === 'GET'),
)

let service: TestService
let port: number

beforeAll(async () => {
  service = await startTestService()
  port = Number(new URL(await service.app.listen({ port: 0, host: '127.0.0.1' })).port)
})
afterAll(() => service.close())

async function send(
  { method, path }: { readonly method: string; readonly path: string },
  { token }: Account,
  [headers, body]: readonly [Headers, string],
): Promise<number | undefined> {
  const connection = await RawConnection.open(port)
  connection.write(
    head(method, path, { Authorization: `Bearer ${token}`, Connection: 'close', ...headers }) +
      body,
  )
  for (;;) {
    const answer = await connection.answer()
    if (answer?.status !== 100) return answer?.status
  }
}

/** A request about a record that does not exist. */
const requestOf = ({ method, url }: { readonly method: string; readonly url: string }) => ({
  method,
  path: url.replace(/:\w+/g, '987654321'),
})

describe('an operation without a body', () => {
  it.each(withoutBody.map((operation) => [operation.operationId, operation] as const))(
    'takes an empty one however it is sent, and refuses others: %s',
    async (_, operation) => {
      const request = requestOf(operation)
      // Some of these operations end the caller's session, but none when it is refused.
      const refused = await service.createAccount('admin')
      const status = async (sent: readonly [Headers, string], account?: Account) =>
        await send(request, account ?? (await service.createAccount('admin')), sent)
      const plain = await status([{}, ''])
      expect([200, 202, 204, 404]).toContain(plain)
      for (const sent of EMPTY_BODIES) expect([sent, await status(sent)]).toEqual([sent, plain])
      for (const sent of BODIES) expect([sent, await status(sent, refused)]).toEqual([sent, 415])
      const ofJson = (json: string, account?: Account) =>
        status([{ ...JSON_TYPE, 'Content-Length': String(json.length) }, json], account)
      for (const json of EMPTY_JSON) expect([json, await ofJson(json)]).toEqual([json, plain])
      for (const json of JSON_BODIES)
        expect([json, await ofJson(json, refused)]).toEqual([json, 422])
    },
  )

  it('says what is wrong with another one, beside all else', async () => {
    const { token } = await service.createAccount('admin')
    const request = { params: { id: 'none' }, body: { force: true }, token }
    const { status, body } = await service.call('deleteUser', request)
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'path', path: 'id' }),
      { in: 'body', path: '', code: 'no_body', message: 'must be left out' },
    ])
  })

  it('does its work for an empty body in chunks', async () => {
    const [admin, user] = [await service.createAccount('admin'), await service.createAccount()]
    const path = `/v1/users/${user.id}/password-reset`
    expect(await send({ method: 'POST', path }, admin, [CHUNKED, END_OF_CHUNKS])).toBe(201)
  })
})

describe('an operation with a body', () => {
  it('does not take an empty one', async () => {
    const request = { method: 'POST', path: '/v1/tasks' }
    const user = await service.createAccount()
    expect(await send(request, user, [CHUNKED, END_OF_CHUNKS])).toBe(415)
    const json = { ...CHUNKED, 'Content-Type': 'application/json' }
    expect(await send(request, user, [json, END_OF_CHUNKS])).toBe(400)
  })
})
