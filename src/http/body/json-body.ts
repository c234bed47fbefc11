import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError, type FieldError } from '../../errors.ts'
import { nextTurn } from '../../lib/slices.ts'
import { wrongBodyType } from './form-body.ts'
import { type JsonLimits, scanJson } from './json-scan.ts'

/** The limits of an operation's body: `bodyLimits` of its generated constant. */
export interface BodyLimits extends JsonLimits {
  readonly bytes: number
}

declare module 'fastify' {
  interface FastifyContextConfig {
    bodyLimits?: BodyLimits
  }
}

const UNLIMITED: JsonLimits = { values: Number.POSITIVE_INFINITY, lists: {} }
/** After scanning a body larger than this, other requests get a turn before it is parsed. */
const MAX_BYTES_AT_ONCE = 128 * 1024

declare module 'fastify' {
  interface FastifyRequest {
    /** The values of its body that JavaScript changed while parsing. The validator reports them. */
    alteredValues?: readonly FieldError[]
  }
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff')

const notUtf8 = () => new AppError(400, 'malformed_json', 'The request body is not valid UTF-8')

/** Drops a leading byte order mark, which is not part of the text. */
const withoutMark = (body: Buffer): Buffer =>
  body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? body.subarray(BYTE_ORDER_MARK.length)
    : body

/** @throws AppError 400 for invalid UTF-8 or JSON, 422 if it exceeds the limits */
function scan(request: FastifyRequest, body: Buffer): void {
  if (!isUtf8(body)) throw notUtf8()
  const errors = scanJson(body, request.routeOptions.config?.bodyLimits ?? UNLIMITED)
  if (errors.length > 0) request.alteredValues = errors
}

/**
 * Scans JSON bodies before parsing them: valid UTF-8, within the operation's limits, no
 * `__proto__` keys. Inexact numbers and half surrogate pairs are left to the body's validator
 * (`alteredValues`), which reports them with all other errors.
 */
export function installJsonBody(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  const parse = (request: FastifyRequest, text: string) =>
    new Promise<unknown>((resolve, reject) => {
      parseJson(request, text, (error, parsed) => (error ? reject(error) : resolve(parsed)))
    })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const { config } = request.routeOptions
      if (config?.takesForm) throw wrongBodyType(config)
      if (body.length === 0) return await parse(request, '')
      const json = withoutMark(body)
      scan(request, json)
      if (json.length > MAX_BYTES_AT_ONCE) await nextTurn()
      return await parse(request, json.toString())
    },
  )
}
