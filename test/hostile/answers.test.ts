import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { RawConnection } from './raw-connection.ts'

/** Answers that break off, or that nobody takes. */
const cast = useCast()
let port: number

beforeAll(async () => {
  const url = await cast.service.app.listen({ port: 0, host: '127.0.0.1' })
  port = Number(new URL(url).port)
})
afterEach(() => vi.restoreAllMocks())

const broken = () => new Error('the database went away')

/** Stands in for a dataset's export. */
function exportIs(pieces: AsyncIterable<Buffer>): Readable {
  const file = Readable.from(pieces, { objectMode: false })
  vi.spyOn(cast.service.services.datasets, 'export').mockResolvedValue(file)
  return file
}

const ask = (connection: RawConnection, method: string, ...headers: readonly string[]) => {
  const lines = [`${method} /v1/datasets/one/export.csv HTTP/1.1`, 'Host: localhost', ...headers]
  const authorization = `Authorization: Bearer ${cast.staff.token}`
  connection.write(`${[...lines, authorization].join('\r\n')}\r\n\r\n`)
}

/** What no packing makes smaller. */
const noise = () => randomBytes(256 * 1024)

describe.each(['identity', 'gzip'])('an answer sent as %s', (encoding) => {
  const accept = `Accept-Encoding: ${encoding}`

  it('that fails before its first byte is a problem', async () => {
    exportIs({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(broken()) }) })
    const connection = await RawConnection.open(port)
    ask(connection, 'GET', accept)
    const answer = await connection.answer()
    expect(answer?.status).toBe(500)
    expect(answer?.headers).toMatchObject({ 'content-type': 'application/problem+json' })
    expect(answer?.headers).not.toHaveProperty('content-encoding')
    expect(answer?.headers).not.toHaveProperty('content-disposition')
    expect(JSON.parse(answer?.body ?? '').code).toBe('internal_error')
    connection.reset()
  })

  it('that fails half-way ends its connection, so that nobody takes it for whole', async () => {
    let begun = false
    exportIs(
      (async function* () {
        while (!begun) yield noise()
        throw broken()
      })(),
    )
    const connection = await RawConnection.open(port)
    ask(connection, 'GET', accept)
    await connection.firstByte()
    begun = true
    expect(await connection.answer()).toBeUndefined()
  })

  it('that its client leaves ends its source', async () => {
    const ended = vi.fn()
    exportIs(
      (async function* () {
        try {
          for (;;) yield noise()
        } finally {
          ended()
        }
      })(),
    )
    const connection = await RawConnection.open(port)
    ask(connection, 'GET', accept)
    await connection.firstByte()
    connection.reset()
    await vi.waitFor(() => expect(ended).toHaveBeenCalled())
  })

  it('is not read where HEAD asks for it', async () => {
    const read = vi.fn()
    const file = exportIs(
      (async function* () {
        read()
        yield Buffer.alloc(0)
      })(),
    )
    const connection = await RawConnection.open(port)
    ask(connection, 'HEAD', accept)
    expect((await connection.answer({ headOnly: true }))?.status).toBe(200)
    ask(connection, 'HEAD', accept, 'Connection: close')
    expect((await connection.answer({ headOnly: true }))?.status).toBe(200)
    await connection.end()
    expect(file.destroyed).toBe(true)
    expect(read).not.toHaveBeenCalled()
  })
})
