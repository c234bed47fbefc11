import { bodyError, type FieldError } from '../../errors.ts'

const saysNothing = (body: unknown): boolean =>
  body === null ||
  (typeof body === 'object' && !Array.isArray(body) && Object.keys(body as object).length === 0)

/**
 * Checks the JSON sent to an operation without a body. `{}` and `null` count as none, because they
 * say nothing and some clients send them.
 */
export const checkNoBody = (
  body: unknown,
): { readonly value: undefined } | { readonly errors: readonly FieldError[] } =>
  saysNothing(body)
    ? { value: undefined }
    : { errors: [bodyError('', 'no_body', 'must be left out')] }
