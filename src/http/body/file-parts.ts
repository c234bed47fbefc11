import type { IncomingHttpHeaders } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import { AppError, bodyError, invalid } from '../../errors.ts'

/** A file that a request brings. */
export interface IncomingFile {
  readonly stream: Readable
  /** What a form calls it. */
  readonly name: string | undefined
}

const refuse = (code: string, message: string) => invalid([bodyError('', code, message)])

const notAForm = (cause: unknown) =>
  new AppError(400, 'bad_request', 'The body is not a form (multipart/form-data)', { cause })

/**
 * The one file of a form. Its stream ends with an error when the form is cut off, or holds more than
 * that file.
 *
 * @throws AppError 400 when it is no form, 422 `no_file` when no file is in it
 */
export async function fileOfForm(
  headers: IncomingHttpHeaders,
  body: Readable,
): Promise<IncomingFile> {
  const contentType = headers['content-type'] ?? ''
  const stream = new PassThrough()
  // What goes wrong before anybody reads is told by the promise, or to whoever reads then.
  stream.on('error', () => undefined)
  const form = (() => {
    try {
      return new Busboy({
        headers: { ...headers, 'content-type': contentType },
        limits: { files: 1, fields: 0, parts: 2, fieldNameSize: 100 },
      })
    } catch (error) {
      throw notAForm(error)
    }
  })()
  return await new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      reject(error)
      stream.destroy(error)
      body.unpipe(form)
      body.resume()
    }
    const tooMuch = () => fail(refuse('one_file', 'A form has one file and nothing else'))
    form.on('file', (_field, file, name) => {
      file.on('error', fail)
      file.pipe(stream, { end: false })
      file.once('end', () => file.unpipe(stream))
      resolve({ stream, name })
    })
    form.on('filesLimit', tooMuch)
    form.on('fieldsLimit', tooMuch)
    form.on('partsLimit', tooMuch)
    form.on('error', (error) => fail(notAForm(error)))
    form.on('finish', () => {
      reject(refuse('no_file', 'The form has no file'))
      stream.end()
    })
    body.once('error', fail)
    body.pipe(form)
  })
}
