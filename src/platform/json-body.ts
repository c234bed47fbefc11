import type { FastifyInstance } from 'fastify'
import { isSafeNumber, LosslessNumber, parse } from 'lossless-json'
import { AppError, type FieldError, invalid } from '../errors.ts'

/** A number of more than 15 significant digits has at least this many characters. */
const LONG_NUMBER = /\d[\d.]{15}/

/** Where in a parsed body numbers stand that a JSON number in JavaScript does not carry exactly. */
function* inexactNumbers(value: unknown, path: string): Generator<FieldError> {
  if (value instanceof LosslessNumber) {
    yield {
      path,
      code: 'number_precision',
      message: 'has more digits than a JSON number carries exactly; send it as a string',
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* inexactNumbers(item, `${path}/${key}`)
  }
}

/** Brackets nested so deep that following them overflows the stack. */
const tooDeep = (cause: RangeError) =>
  new AppError(400, 'malformed_json', 'The request body is nested too deeply', { cause })

/**
 * Refuses with 422 what `JSON.parse` would round silently. Only a text with a run of digits that long
 * pays for the second, slower parse.
 */
function refuseInexactNumbers(text: string): void {
  if (!LONG_NUMBER.test(text)) return
  const parsed = parse(text, undefined, (digits) =>
    isSafeNumber(digits) ? Number(digits) : new LosslessNumber(digits),
  )
  const errors = [...inexactNumbers(parsed, '')]
  if (errors.length > 0) throw invalid(errors)
}

/** Parses JSON bodies: exact numbers, no `__proto__` keys, UTF-8 without a byte order mark. */
export function installJsonBody(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body)
    parseJson(request, text, (error, parsed) => {
      if (error) return done(error)
      try {
        refuseInexactNumbers(text)
        done(null, parsed)
      } catch (refused) {
        done(refused instanceof RangeError ? tooDeep(refused) : (refused as Error))
      }
    })
  })
}
