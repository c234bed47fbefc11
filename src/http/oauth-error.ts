import type { FastifyRequest } from 'fastify'
import type { AppError } from '../errors.ts'

/** Our codes that have a name of their own in OAuth 2.0. */
const NAMES: Readonly<Record<string, string>> = {
  invalid_credentials: 'invalid_grant',
  invalid_refresh_token: 'invalid_grant',
  account_disabled: 'invalid_grant',
  unsupported_grant_type: 'unsupported_grant_type',
}

/** The statuses of requests that are not as they have to be. */
const INVALID_REQUEST = [400, 413, 415, 422]

/** The member `error` that a token endpoint answers with (RFC 6749, section 5.2); nothing for other operations. */
export function oauthError(
  { routeOptions }: FastifyRequest,
  { code, status }: AppError,
): { readonly error?: string } {
  if (!routeOptions.config?.takesForm) return {}
  const error = NAMES[code] ?? (INVALID_REQUEST.includes(status) ? 'invalid_request' : undefined)
  return error === undefined ? {} : { error }
}
