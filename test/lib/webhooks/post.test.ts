import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPost } from '../../../src/lib/webhooks/post.ts'
import { createLookup, type Resolve } from '../../../src/lib/webhooks/resolve.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server that answers every connection with these bytes. @returns its port, and what it got */
async function startServer(answer: (socket: Socket) => void) {
  const got: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      got.push(data.toString())
      answer(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, got, sockets }
}

const reply =
  (head: string, body: string | Buffer = '') =>
  (socket: Socket) => {
    socket.write(`HTTP/1.1 ${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`)
    socket.end(body)
  }

/** Sends by look-ups of our own. */
const send = (
  url: string,
  {
    allow = true,
    resolve = async () => ['127.0.0.1'],
    timeoutMs = 5_000,
  }: {
    readonly allow?: boolean
    readonly resolve?: Resolve
    readonly timeoutMs?: number
  } = {},
) => createPost({ find: createLookup(allow, resolve), timeoutMs })(new URL(url), { one: '1' }, '{}')

describe('a webhook', () => {
  it('is sent as it is, and answered', async () => {
    const { port, got } = await startServer(reply('202 Accepted\r\nretry-after: 7', 'thank you'))
    expect(await send(`http://127.0.0.1:${port}/hooks?a=b`)).toEqual({
      status: 202,
      text: 'thank you',
      retryAfter: '7',
    })
    expect(got[0]).toMatch(/^POST \/hooks\?a=b HTTP\/1\.1\r\n/)
    expect(got[0]).toMatch(/\r\none: 1\r\n/)
    expect(got[0]?.endsWith('\r\n\r\n{}')).toBe(true)
  })

  it('follows no redirect', async () => {
    const inside = await startServer(reply('200 OK'))
    const to = `http://127.0.0.1:${inside.port}/`
    const { port } = await startServer(reply(`307 Temporary Redirect\r\nlocation: ${to}`))
    expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 307 })
    expect(inside.got).toEqual([])
  })

  it('reads a KiB of an answer that never ends, and closes the connection', async () => {
    const { port, sockets } = await startServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const chunk = 'x'.repeat(65_536)
      const more = () => {
        while (!socket.destroyed && socket.write(chunk));
      }
      socket.on('drain', more)
      more()
    })
    const answer = await send(`http://127.0.0.1:${port}/`)
    expect(answer).toMatchObject({ status: 200, text: 'x'.repeat(1_024) })
    await vi.waitFor(() => expect([...sockets].every(({ destroyed }) => destroyed)).toBe(true))
    // Of what it would have sent, only buffers' worth was taken.
    expect([...sockets][0]?.bytesWritten).toBeLessThan(10_000_000)
  })

  it('shows no control characters of an answer, and half a character as what it is', async () => {
    const text = `\u001b[31mred\u0000\u202e\tand\n${'é'.repeat(1_000)}`
    const { port } = await startServer(reply('200 OK', text))
    const answer = (await send(`http://127.0.0.1:${port}/`)) as { readonly text: string }
    expect(answer.text.startsWith('[31mred\tand\né')).toBe(true)
    expect(answer.text.length).toBeLessThan(1_024)
  })

  it('decompresses nothing', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    const { port } = await startServer(reply('200 OK\r\ncontent-encoding: gzip', bomb))
    const answer = (await send(`http://127.0.0.1:${port}/`)) as { readonly text: string }
    expect(answer.text).not.toContain('\u0000')
    expect(answer.text.length).toBeLessThanOrEqual(1_024)
  })

  it.each([
    ['says nothing', () => undefined],
    ['sends half a head', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nx-a: ')],
    [
      'sends a body drop by drop',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n')
        const timer = setInterval(() => socket.write('x'), 10)
        socket.on('close', () => clearInterval(timer))
      },
    ],
  ])('is given up in time when the receiver %s', async (_, answer) => {
    const { port } = await startServer(answer)
    const start = performance.now()
    expect(await send(`http://127.0.0.1:${port}/`, { timeoutMs: 100 })).toBe('timeout')
    expect(performance.now() - start).toBeLessThan(2_000)
  })

  it.each([
    ['connection', (socket: Socket) => socket.destroy()],
    ['connection', (socket: Socket) => socket.end()],
    ['protocol', (socket: Socket) => socket.end('no HTTP at all\r\n\r\n')],
    ['protocol', reply(`200 OK\r\nx-large: ${'x'.repeat(20_000)}`)],
    [
      'connection',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nx'),
    ],
  ])('fails by its code %s', async (code, answer) => {
    const { port } = await startServer(answer)
    expect(await send(`http://127.0.0.1:${port}/`)).toBe(code)
  })

  it('fails by its code tls when the receiver speaks none, and checks certificates', async () => {
    const { port } = await startServer(reply('200 OK'))
    expect(await send(`https://127.0.0.1:${port}/`)).toMatch(/^(tls|connection)$/)
  })

  it('fails when nobody listens', async () => {
    const { port } = await startServer(reply('200 OK'))
    for (const close of closing.splice(0)) close()
    expect(await send(`http://127.0.0.1:${port}/`)).toBe('connection')
  })

  it('knows no proxy', async () => {
    const proxy = await startServer(reply('200 OK'))
    const { port, got } = await startServer(reply('204 No Content'))
    vi.stubEnv('http_proxy', `http://127.0.0.1:${proxy.port}`)
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxy.port}`)
    expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 204 })
    vi.unstubAllEnvs()
    expect([got.length, proxy.got]).toEqual([1, []])
  })
})

describe('a private target', () => {
  it.each(['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]'])(
    'is refused at %s, before a connection',
    async (host) => {
      const { port, got } = await startServer(reply('200 OK'))
      expect(await send(`http://${host}:${port}/`, { allow: false })).toBe('private_target')
      expect(got).toEqual([])
    },
  )

  it.each([
    ['127.0.0.1'],
    ['8.8.8.8', '127.0.0.1'],
    ['::ffff:127.0.0.1'],
    ['2606:4700:4700::1111', '169.254.169.254'],
  ])('is refused behind a name that leads to %s %s', async (...addresses) => {
    const { port, got } = await startServer(reply('200 OK'))
    const url = `http://hooks.example.com:${port}/`
    expect(await send(url, { allow: false, resolve: async () => addresses })).toBe('private_target')
    expect(got).toEqual([])
  })

  it('is not reached by a name that leads there at a second look: there is none', async () => {
    const { port, got } = await startServer(reply('200 OK'))
    const answers = [['8.8.8.8'], ['127.0.0.1']]
    const resolve = vi.fn(async () => answers.shift() ?? [])
    const options = { allow: false, resolve, timeoutMs: 100 }
    expect(await send(`http://hooks.example.com:${port}/`, options)).toMatch(
      /^(timeout|connection)$/,
    )
    expect(resolve).toHaveBeenCalledTimes(1)
    // The next webhook looks anew, and is refused.
    expect(await send(`http://hooks.example.com:${port}/`, options)).toBe('private_target')
    expect(got).toEqual([])
  })

  it('connects to the address that was checked, by a single look-up', async () => {
    const { port, got } = await startServer(reply('204 No Content'))
    const asked = vi.fn(async () => ['127.0.0.1'])
    expect(await send(`http://hooks.example.com:${port}/`, { resolve: asked })).toMatchObject({
      status: 204,
    })
    expect(asked).toHaveBeenCalledTimes(1)
    expect(got[0]).toContain(`host: hooks.example.com:${port}`)
  })

  it('says when a name leads nowhere', async () => {
    expect(await send('http://hooks.example.com/', { resolve: async () => [] })).toBe('dns')
  })
})
