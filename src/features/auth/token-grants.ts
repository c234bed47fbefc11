import { AppError, bodyError, invalid } from '../../errors.ts'
import type { TokenPair, TokenRequest } from '../../generated/schemas.ts'
import type { Concerns } from '../../http/audit/concerned-users.ts'
import type { Client } from '../../http/client.ts'
import type { AuthService } from './auth.service.ts'

type Field = 'username' | 'password' | 'refresh_token'

/** @throws AppError 422 naming the fields that this grant needs and were not sent */
function required<Name extends Field>(
  request: TokenRequest,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => request[name] === undefined)
  if (missing.length > 0) {
    const message = `is required for the grant_type ${request.grant_type}`
    throw invalid(missing.map((name) => bodyError(`/${name}`, 'required', message)))
  }
  return request as Readonly<Record<Name, string>>
}

/** A refused grant is 400 in OAuth 2.0, where 401 is for clients that authenticate. */
const refuseGrant = (error: unknown): never => {
  if (!(error instanceof AppError) || error.status !== 401) throw error
  throw new AppError(400, error.code, error.message, { cause: error })
}

/**
 * Issues tokens as a token endpoint of OAuth 2.0 does (RFC 6749): for user name and password, or for a refresh token.
 *
 * @throws AppError 400 for an unknown grant type or a refused grant, 422 for missing fields; else as the login
 */
export async function issueByGrant(
  auth: AuthService,
  request: TokenRequest,
  client: Client,
  concerns: Concerns,
): Promise<TokenPair> {
  switch (request.grant_type) {
    case 'password':
      return await auth
        .login(required(request, ['username', 'password']), client, concerns)
        .catch(refuseGrant)
    case 'refresh_token': {
      const { refresh_token } = required(request, ['refresh_token'])
      return await auth.refresh(refresh_token).catch(refuseGrant)
    }
    default:
      throw new AppError(
        400,
        'unsupported_grant_type',
        'Send the grant_type password or refresh_token',
      )
  }
}
