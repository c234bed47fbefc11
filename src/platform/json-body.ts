import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { isSafeNumber, LosslessNumber, parse } from 'lossless-json'
import { AppError, type FieldError, invalid } from '../errors.ts'

/** A number of more than 15 significant digits has at least this many characters. */
const LONG_NUMBER = /\d[\d.]{15}/

/** Half of a character written as an escape; where the other half follows, all is well. */
const SURROGATE = /\\u[dD][89a-fA-F]/

/**
 * Where in a parsed body values stand that would not be stored as they were sent: numbers that a JSON
 * number in JavaScript does not carry exactly, texts with half a character.
 */
function* alteredValues(value: unknown, path: string): Generator<FieldError> {
  if (value instanceof LosslessNumber) {
    yield {
      path,
      code: 'number_precision',
      message: 'has more digits than a JSON number carries exactly; send it as a string',
    }
  } else if (typeof value === 'string' && !value.isWellFormed()) {
    yield { path, code: 'unicode', message: 'must not hold half a surrogate pair' }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* alteredValues(item, `${path}/${key}`)
  }
}

/** Brackets nested so deep that following them overflows the stack. */
const tooDeep = (cause: RangeError) =>
  new AppError(400, 'malformed_json', 'The request body is nested too deeply', { cause })

/**
 * Refuses with 422 what would be altered silently. Only a text with a run of digits that long, or with
 * an escaped surrogate, pays for the second, slower parse.
 */
function refuseAlteredValues(text: string): void {
  if (!LONG_NUMBER.test(text) && !SURROGATE.test(text)) return
  const parsed = parse(text, undefined, (digits) =>
    isSafeNumber(digits) ? Number(digits) : new LosslessNumber(digits),
  )
  const errors = [...alteredValues(parsed, '')]
  if (errors.length > 0) throw invalid(errors)
}

const notUtf8 = () => new AppError(400, 'malformed_json', 'The request body is not valid UTF-8')

/**
 * Parses JSON bodies: valid UTF-8, exact numbers, whole characters, no
 * `__proto__` keys. An operation that takes no body
 * accepts an empty one whatever its type is called.
 */
export function installJsonBody(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0 && request.routeOptions.schema?.body === undefined) {
      return done(null, undefined)
    }
    if (!isUtf8(body as Buffer)) return done(notUtf8())
    const text = String(body)
    parseJson(request, text, (error, parsed) => {
      if (error) return done(error)
      try {
        refuseAlteredValues(text)
        done(null, parsed)
      } catch (refused) {
        done(refused instanceof RangeError ? tooDeep(refused) : (refused as Error))
      }
    })
  })
}
