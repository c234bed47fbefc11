import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type TestProxy = Awaited<ReturnType<typeof openProxy>>

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

/**
 * A way to a server of this machine that can be cut, stopped and slowed down.
 *
 * @param targetPort where the server listens, on 127.0.0.1
 */
export async function openProxy(targetPort: number) {
  /** Those of which either side is still open. */
  const pairs = new Set<Pair>()
  let isCut = false
  let isHeld = false
  let delayMs = 0

  /** Passes on what comes, in its order, each piece after the delay of the moment it came. */
  function passOn(from: Socket, to: Socket): void {
    const waiting: Buffer[] = []
    const next = () => {
      const piece = waiting.shift()
      if (piece === undefined || !to.writable) return
      if (!to.write(piece)) {
        from.pause()
        to.once('drain', () => isHeld || from.resume())
      }
    }
    from.once('end', () => to.end())
    from.on('data', (piece) => {
      waiting.push(piece)
      if (delayMs === 0 && waiting.length === 1) next()
      else setTimeout(next, delayMs)
    })
  }

  function join(near: Socket): void {
    const far = connect(targetPort, '127.0.0.1')
    const pair = { near, far }
    pairs.add(pair)
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      // An error is followed by `close`, which ends the other side.
      socket.on('error', () => undefined)
      socket.once('close', (broke) => {
        if (near.closed && far.closed) pairs.delete(pair)
        for (const side of [near, far]) {
          if (side.closed) continue
          if (broke) side.resetAndDestroy()
          else side.end()
          // It may have been waiting for the closed side to take more, and would not see its own end.
          if (!isHeld) side.resume()
        }
      })
    }
    passOn(near, far)
    passOn(far, near)
    if (isHeld) for (const socket of [near, far]) socket.pause()
  }

  const server = createServer((near) => {
    near.on('error', () => undefined)
    if (isCut) near.resetAndDestroy()
    else join(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const reset = () => {
    for (const { near, far } of pairs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }
  return {
    port: (server.address() as AddressInfo).port,
    /** Resets every connection; new ones are reset at once until it is mended. */
    cut(): void {
      isCut = true
      reset()
    },
    /** Lets nothing through, and says nothing of it. What was held up comes through when it is mended. */
    hold(): void {
      isHeld = true
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.pause()
    },
    /** @param milliseconds each piece takes longer by so much, in each direction */
    slow(milliseconds: number): void {
      delayMs = milliseconds
    },
    /** Passes everything on again. */
    mend(): void {
      isCut = false
      isHeld = false
      delayMs = 0
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.resume()
    },
    /** Resets every connection; new ones are let through. */
    reset,
    async close(): Promise<void> {
      reset()
      server.close()
      await once(server, 'close')
    },
  }
}
