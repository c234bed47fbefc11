import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../../errors.ts'
import { wrongBodyType } from './form-body.ts'

const FILE_TYPES = ['text/csv', 'multipart/form-data']

/** Whether a `Content-Type` is that of an upload. */
export const isFileType = (contentType = ''): boolean =>
  FILE_TYPES.includes(contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '')

const notAFile = () =>
  new AppError(
    415,
    'unsupported_media_type',
    'Send the file as text/csv, or as multipart/form-data with one part that is a file',
  )

/**
 * The request's upload stream.
 *
 * @throws AppError 415 for another media type
 */
export function fileBody(body: unknown): Readable {
  if (body instanceof Readable) return body
  throw notAFile()
}

/**
 * Passes upload streams to operations that take a file; other operations refuse these media types.
 */
export function installFileBodies(app: FastifyInstance): void {
  app.addContentTypeParser(FILE_TYPES, (request, payload, done) => {
    const { config } = request.routeOptions
    if (config.takesFile) done(null, payload)
    else done(wrongBodyType(config))
  })
}
