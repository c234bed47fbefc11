import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openProxy, type TestProxy } from './servers/proxy.ts'

const ROUND_TRIPS = 20
/** More than all buffers between two sockets of this machine hold. */
const PIECES = 1_000
const PIECE = Buffer.alloc(64 * 1024)

let server: Server
let proxy: TestProxy
const sockets: Socket[] = []

/** A server that sends back what it gets. */
beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await openProxy((server.address() as AddressInfo).port)
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await proxy.close()
  server.close()
  await once(server, 'close')
})

async function open(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1')
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

/** Waits until so much came back. */
async function receive(socket: Socket, length: number): Promise<string> {
  let text = ''
  for await (const piece of socket.iterator({ destroyOnReturn: false })) {
    text += piece
    if (text.length >= length) return text
  }
  throw new Error(`the connection ended after ${text.length} characters`)
}

const brokenBy = (socket: Socket) =>
  new Promise<string | undefined>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  })

describe('the way to a server', () => {
  it('passes everything on, in its order', async () => {
    const socket = await open()
    const text = Array.from({ length: 50_000 }, (_, index) => index).join(' ')
    socket.write(text)
    expect(await receive(socket, text.length)).toBe(text)
  })

  it('resets connections when it is cut, until it is mended', async () => {
    const socket = await open()
    socket.write('a')
    await receive(socket, 1)
    const broken = brokenBy(socket)
    proxy.cut()
    expect(await broken).toBe('ECONNRESET')
    expect(await brokenBy(connect(proxy.port, '127.0.0.1'))).toBe('ECONNRESET')
    proxy.mend()
    const again = await open()
    again.write('b')
    expect(await receive(again, 1)).toBe('b')
  })

  it('lets nothing through while it holds, and everything afterwards', async () => {
    const [held, slow] = [await open(), await open()]
    for (const socket of [held, slow]) {
      socket.write('a')
      await receive(socket, 1)
    }
    proxy.hold()
    held.write('b')
    let isBack = false
    const back = receive(held, 1).then((text) => {
      isBack = true
      return text
    })
    // By then as much came back by another way, several times over.
    const other = await openProxy((server.address() as AddressInfo).port)
    const straight = connect(other.port, '127.0.0.1').on('error', () => undefined)
    sockets.push(straight)
    for (let turn = 0; turn < ROUND_TRIPS; turn += 1) {
      straight.write('c')
      await receive(straight, 1)
    }
    await other.close()
    expect(isBack).toBe(false)
    proxy.mend()
    expect(await back).toBe('b')
  })

  it('takes longer when it is slow, and keeps the order', async () => {
    const socket = await open()
    proxy.slow(60)
    const since = performance.now()
    socket.write('a')
    expect(await receive(socket, 1)).toBe('a')
    expect(performance.now() - since).toBeGreaterThan(110)
    socket.write('b')
    proxy.slow(0)
    socket.write('c')
    expect(await receive(socket, 2)).toBe('bc')
  })

  it('closes after a server has ended a connection over which more was sent than it took', async () => {
    const serving = once(server, 'connection')
    const [socket, other] = [await open(), await open()]
    const [served] = (await serving) as [Socket]
    served.unpipe(served).pause()
    for (let count = 0; count < PIECES; count += 1) socket.write(PIECE)
    // All on the way is full once nothing more is taken, however much else comes through.
    for (let before = Number.POSITIVE_INFINITY; before !== socket.writableLength; ) {
      before = socket.writableLength
      for (let turn = 0; turn < ROUND_TRIPS; turn += 1) {
        other.write('a')
        await receive(other, 1)
      }
    }
    expect(socket.writableLength).toBeGreaterThan(0)
    const ended = once(socket.resume(), 'end')
    served.end()
    await ended
    const closed = once(served, 'close')
    served.resume()
    await closed
    socket.destroy()
    // What hangs here hangs in afterEach(), and fails the test.
  })
})
