import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import { sendContinue } from '../connections/expectations.ts'
import { AwaitedBody } from './awaited-body.ts'
import { isFileType } from './file-body.ts'
import { hasBody, isArriving } from './unread-body.ts'

const tooSlow = () =>
  new AppError(408, 'request_timeout', 'The request did not arrive in time', {
    headers: { connection: 'close' },
  })

const cutOff = (cause?: unknown) =>
  new AppError(400, 'bad_request', 'The request ended before its body did', { cause })

/** Whether a body is read as a file. Another one that an operation on files gets is read whole, to be refused. */
const isUpload = ({ headers, routeOptions }: FastifyRequest): boolean =>
  routeOptions.config?.takesFile === true && isFileType(headers['content-type'])

/**
 * Limits how long a whole body may take to arrive; uploads are exempt. The timer starts when
 * somebody reads the body and ends with the request. A body that is there already needs none.
 */
export function installBodyTimeout(app: FastifyInstance, milliseconds: number): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    const isNeeded = isArriving(request.raw) || (hasBody(request.headers) && isUpload(request))
    if (!isNeeded) return done(null, payload)
    let timer: NodeJS.Timeout | undefined
    const body = new AwaitedBody(payload, () => {
      sendContinue(request.raw, reply.raw)
      if (isUpload(request)) return
      timer = setTimeout(() => body.destroy(tooSlow()), milliseconds)
    })
    body.once('close', () => clearTimeout(timer))
    reply.raw.once('close', () => body.destroy(reply.raw.writableFinished ? undefined : cutOff()))
    done(null, body)
  })
}

/**
 * Yields the chunks of an upload as they arrive.
 *
 * @param milliseconds the longest pause between two chunks
 * @throws AppError 408 after a longer pause, 400 if the upload is cut off
 */
export async function* arriving(file: Readable, milliseconds: number): AsyncGenerator<Buffer> {
  const chunks = file[Symbol.asyncIterator]()
  for (;;) {
    let timer: NodeJS.Timeout | undefined
    const pause = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooSlow()), milliseconds)
    })
    const chunk = chunks.next().catch((error: unknown) => {
      throw error instanceof AppError ? error : cutOff(error)
    })
    const next: IteratorResult<Buffer> = await Promise.race([chunk, pause]).finally(() =>
      clearTimeout(timer),
    )
    if (next.done) return
    yield next.value
  }
}
