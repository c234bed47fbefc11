import { PassThrough, type Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.ts'

const tooSlow = () =>
  new AppError(408, 'request_timeout', 'The request did not arrive in time', {
    headers: { connection: 'close' },
  })

/** Ends requests whose body does not arrive as a whole within the time given; files may take longer. */
export function installBodyTimeout(app: FastifyInstance, milliseconds: number): void {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const { 'transfer-encoding': chunked, 'content-length': length = '0' } = request.headers
    const hasBody = chunked !== undefined || length !== '0'
    if (!hasBody || request.routeOptions.config?.takesFile) return done(null, payload)
    const timed = new PassThrough()
    const timer = setTimeout(() => timed.destroy(tooSlow()), milliseconds)
    timed.once('close', () => clearTimeout(timer))
    payload.once('error', (error) => timed.destroy(error))
    done(null, payload.pipe(timed))
  })
}

const cutOff = (cause: unknown) =>
  new AppError(400, 'bad_request', 'The request ended before its body did', { cause })

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
