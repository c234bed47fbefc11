import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { RawConnection } from './raw-connection.ts'

/** What becomes of bodies that nobody reads, with the clocks as they are in use. */
const cast = useCast()
const LIVENESS = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** More than is read of a body that nobody wants. */
const TOO_LARGE = 'Content-Length: 9000000'
const MIB = 1024 * 1024
let port: number

beforeAll(async () => {
  const url = await cast.service.app.listen({ port: 0, host: '127.0.0.1' })
  port = Number(new URL(url).port)
})

/** The head of a request to create a task. */
const creates = (...headers: readonly string[]) =>
  [
    'POST /v1/tasks HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${cast.user.token}`,
    ...headers,
    '\r\n',
  ].join('\r\n')

describe('a body that nobody reads', () => {
  it('does not keep the next request waiting', async () => {
    const connection = await RawConnection.open(port)
    connection.write(creates('Content-Type: text/plain', `Content-Length: ${MIB}`))
    expect((await connection.answer())?.status).toBe(415)
    connection.write(Buffer.alloc(MIB, 'x'))
    connection.write(LIVENESS)
    expect((await connection.answer())?.status).toBe(200)
    connection.reset()
  })

  it('is not answered in vain where its client reads when it has sent it all', async () => {
    const connection = await RawConnection.open(port)
    const head = creates('Content-Type: application/json', `Content-Length: ${7 * MIB}`)
    await connection.writeUnread(head)
    await connection.writeUnread(Buffer.alloc(7 * MIB, ' '))
    const answer = await connection.answer()
    expect([answer?.status, answer?.headers['connection']]).toEqual([413, 'close'])
    connection.reset()
  })

  it('is answered with the end of the connection where it is too long to be read', async () => {
    const connection = await RawConnection.open(port)
    connection.write(creates('Content-Type: text/plain', TOO_LARGE))
    const answer = await connection.answer()
    expect([answer?.status, answer?.headers['connection']]).toEqual([415, 'close'])
    connection.reset()
  })

  it('has nothing behind it done once the end of the connection was said', async () => {
    const { service, user } = cast
    const connection = await RawConnection.open(port)
    const length = 'Content-Length: 4'
    connection.write(`${creates('Connection: close', 'Content-Type: text/plain', length)}12`)
    expect((await connection.answer())?.status).toBe(415)
    const task = JSON.stringify({ title: 'Too late' })
    const next = creates('Content-Type: application/json', `Content-Length: ${task.length}`)
    connection.write(`34${next}${task}`)
    const open = promisify(service.app.server.getConnections)
    await vi.waitFor(async () => expect(await open.call(service.app.server)).toBe(0))
    expect((await service.call('listTasks', { token: user.token })).body).toEqual([])
  })
})

describe('Expect: 100-continue', () => {
  const expects = 'Expect: 100-continue'

  it('is met when the body is wanted', async () => {
    const task = JSON.stringify({ title: 'On demand' })
    const connection = await RawConnection.open(port)
    const length = `Content-Length: ${task.length}`
    connection.write(creates('Content-Type: application/json', length, expects))
    expect((await connection.answer())?.status).toBe(100)
    connection.write(task)
    expect((await connection.answer())?.status).toBe(201)
    connection.write(LIVENESS)
    expect((await connection.answer())?.status).toBe(200)
    connection.reset()
  })

  it('is met for a file once its parameters are right', async () => {
    const sendFile = async (query: string) => {
      const connection = await RawConnection.open(port)
      const head = creates('Content-Type: text/csv', 'Content-Length: 8', expects)
      connection.write(
        head
          .replace('/v1/tasks', `/v1/imports?${query}`)
          .replace(cast.user.token, cast.staff.token),
      )
      return connection
    }
    const refused = await sendFile('kind=nonsense')
    expect((await refused.answer())?.status).toBe(422)
    refused.reset()
    const taken = await sendFile('kind=dataset&name=on_demand')
    expect((await taken.answer())?.status).toBe(100)
    taken.write('a,b\n1,2\n')
    expect((await taken.answer())?.status).toBe(202)
    taken.reset()
  })

  it.each([
    ['from nobody', 401, ['Authorization: none', 'Content-Type: application/json']],
    ['of the wrong type', 415, ['Content-Type: text/plain']],
    ['that is too large', 413, ['Content-Type: application/json', TOO_LARGE]],
  ])('is answered at once, and the connection ended, for a body %s', async (_, status, headers) => {
    const connection = await RawConnection.open(port)
    const length = headers.some((line) => line.startsWith('Content-Length'))
      ? []
      : ['Content-Length: 9']
    const head = creates(...headers, ...length, expects)
    const token = `Authorization: Bearer ${cast.user.token}\r\n`
    connection.write(status === 401 ? head.replace(token, '') : head)
    const answer = await connection.answer()
    expect([answer?.status, answer?.headers['connection']]).toEqual([status, 'close'])
    await connection.end()
    connection.reset()
  })

  it('is the one that is met', async () => {
    const connection = await RawConnection.open(port)
    connection.write(creates('Content-Length: 0', 'Expect: miracles'))
    const answer = await connection.answer()
    expect([answer?.status, JSON.parse(answer?.body ?? '').code]).toEqual([
      417,
      'expectation_failed',
    ])
    connection.reset()
  })
})
