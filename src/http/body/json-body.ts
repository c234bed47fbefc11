import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError, type FieldError } from '../../errors.ts'
import { nextTurn } from '../../lib/slices.ts'
import { type JsonLimits, scanJson } from './json-scan.ts'

/** How much of a body an operation reads: `bodyLimits` of its generated constant. */
export interface BodyLimits extends JsonLimits {
  readonly bytes: number
}

declare module 'fastify' {
  interface FastifyContextConfig {
    bodyLimits?: BodyLimits
  }
}

const UNLIMITED: JsonLimits = { values: Number.POSITIVE_INFINITY, lists: {} }
/** Others get their turn between looking through a larger body and parsing it. */
const MAX_BYTES_AT_ONCE = 128 * 1024

/** Values of bodies that JavaScript altered as it read them. */
const altered = new WeakMap<FastifyRequest, readonly FieldError[]>()

/** Which values of a request's body are not what was sent. Whoever checks the body refuses them. */
export const alteredValues = (request: FastifyRequest): readonly FieldError[] =>
  altered.get(request) ?? []

const BYTE_ORDER_MARK = Buffer.from('\ufeff')

const notUtf8 = () => new AppError(400, 'malformed_json', 'The request body is not valid UTF-8')

/** A byte order mark in front is no part of the text. */
const withoutMark = (body: Buffer): Buffer =>
  body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? body.subarray(BYTE_ORDER_MARK.length)
    : body

/** @throws AppError 400 for what is no JSON, 422 for too much of it */
function look(request: FastifyRequest, body: Buffer): void {
  if (!isUtf8(body)) throw notUtf8()
  const errors = scanJson(body, request.routeOptions.config?.bodyLimits ?? UNLIMITED)
  if (errors.length > 0) altered.set(request, errors)
}

/**
 * Parses JSON bodies once they are looked through: valid UTF-8, no more than the operation can mean,
 * no `__proto__` keys. Numbers that are not exact and halves of characters are left to the check of the
 * body, which tells them with all else that is wrong ({@link alteredValues}). An operation that takes no
 * body accepts an empty one whatever its type is called.
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
      if (body.length === 0) {
        return request.routeOptions.schema?.body === undefined
          ? undefined
          : await parse(request, '')
      }
      const json = withoutMark(body)
      look(request, json)
      if (json.length > MAX_BYTES_AT_ONCE) await nextTurn()
      return await parse(request, json.toString())
    },
  )
}
