import type { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../../errors.ts'
import { sendContinue } from '../connections/expectations.ts'
import { AwaitedBody } from './awaited-body.ts'
import { hasBody } from './unread-body.ts'

const tooSlow = () =>
  new AppError(408, 'request_timeout', 'The request did not arrive in time', {
    headers: { connection: 'close' },
  })

const cutOff = (cause?: unknown) =>
  new AppError(400, 'bad_request', 'The request ended before its body did', { cause })

/**
 * Ends the wait for a body that does not arrive as a whole within the time given; files may take longer. The time
 * runs while somebody reads the body, and no longer than its request.
 */
export function installBodyTimeout(app: FastifyInstance, milliseconds: number): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (!hasBody(request.headers)) return done(null, payload)
    let timer: NodeJS.Timeout | undefined
    const body = new AwaitedBody(payload, () => {
      sendContinue(request.raw, reply.raw)
      if (request.routeOptions.config?.takesFile) return
      timer = setTimeout(() => body.destroy(tooSlow()), milliseconds)
    })
    body.once('close', () => clearTimeout(timer))
    reply.raw.once('close', () => body.destroy(reply.raw.writableFinished ? undefined : cutOff()))
    done(null, body)
  })
}

/**
 * The pieces of a file as they arrive.
 *
 * @param milliseconds the longest pause
 * @throws AppError 408 after a longer one, 400 when the file is cut off
 */
export async function* arriving(file: Readable, milliseconds: number): AsyncGenerator<Buffer> {
  const pieces = file[Symbol.asyncIterator]()
  for (;;) {
    let timer: NodeJS.Timeout | undefined
    const pause = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooSlow()), milliseconds)
    })
    const arrived = pieces.next().catch((error: unknown) => {
      throw error instanceof AppError ? error : cutOff(error)
    })
    const next: IteratorResult<Buffer> = await Promise.race([arrived, pause]).finally(() =>
      clearTimeout(timer),
    )
    if (next.done) return
    yield next.value
  }
}
