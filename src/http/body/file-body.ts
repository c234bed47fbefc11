import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../../errors.ts'

/** The media types in which a file is sent. */
const FILE_TYPES = ['text/csv', 'multipart/form-data']

const notAFile = () =>
  new AppError(
    415,
    'unsupported_media_type',
    'Send the file as text/csv, or as multipart/form-data with one part that is a file',
  )

/** The body of a request that takes a file, as it arrives. @throws AppError 415 for another type */
export function fileBody(body: unknown): Readable {
  if (body instanceof Readable) return body
  throw notAFile()
}

/** Hands files on to the operations that take them; to all others these are media types they don't know. */
export function installFileBodies(app: FastifyInstance): void {
  app.addContentTypeParser(FILE_TYPES, (request, payload, done) => {
    const { takesFile = false } = request.routeOptions.config
    if (takesFile) done(null, payload)
    else {
      done(new AppError(415, 'unsupported_media_type', 'Send the request body as application/json'))
    }
  })
}
