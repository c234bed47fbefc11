import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError, bodyError, type FieldError, invalid } from '../../errors.ts'
import { pointerToken } from '../validation/json-pointer.ts'

const FORM = 'application/x-www-form-urlencoded'

declare module 'fastify' {
  interface FastifyContextConfig {
    takesForm?: boolean
  }
}

/** The media type of an operation's body. */
export const bodyTypeOf = ({ takesForm = false }: { readonly takesForm?: boolean } = {}): string =>
  takesForm ? FORM : 'application/json'

/** 415: the operation takes a body of another media type. */
export const wrongBodyType = (config: { readonly takesForm?: boolean } | undefined) =>
  new AppError(415, 'unsupported_media_type', `Send the request body as ${bodyTypeOf(config)}`)

const notAForm = (cause?: unknown) =>
  new AppError(400, 'bad_request', `The request body is not valid ${FORM}`, { cause })

/** @throws URIError for a percent sign that encodes no UTF-8 */
const decode = (text: string) => decodeURIComponent(text.replaceAll('+', ' '))

/**
 * Reads a form. As OAuth 2.0 wants it (RFC 6749, appendix B and section 3.2), a parameter without a value counts as
 * left out, and none may come twice.
 *
 * @param maxValues the most parameters
 * @throws AppError 400 for what is no form, 422 for a parameter that comes twice, or too many
 */
export function parseForm(body: Buffer, maxValues: number): Readonly<Record<string, string>> {
  if (!isUtf8(body)) throw notAForm()
  const parts = body.toString().split('&', maxValues + 1)
  if (parts.length > maxValues) {
    throw invalid([bodyError('', 'too_many_values', `must have at most ${maxValues} values`)])
  }
  const form = new Map<string, string>()
  const errors: FieldError[] = []
  for (const part of parts) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(part) ?? []
    try {
      const key = decode(name)
      if (form.has(key))
        errors.push(bodyError(`/${pointerToken(key)}`, 'repeated', 'must be given once'))
      else form.set(key, decode(value))
    } catch (error) {
      throw notAForm(error)
    }
  }
  form.delete('')
  if (errors.length > 0) throw invalid(errors)
  return Object.fromEntries([...form].filter(([, value]) => value !== ''))
}

/** Reads forms for the operations that take one; the others refuse them. */
export function installFormBody(app: FastifyInstance): void {
  app.addContentTypeParser(
    FORM,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const { config } = request.routeOptions
      if (!config?.takesForm) throw wrongBodyType(config)
      return parseForm(body, config.bodyLimits?.values ?? Number.POSITIVE_INFINITY)
    },
  )
}
