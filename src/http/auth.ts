import fastifyJwt from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { forbidden, unauthorized } from '../errors.ts'
import type { Role, Scope } from '../generated/schemas.ts'
import { Remembered } from '../lib/remembered.ts'
import { assertSameOrigin, readSessionCookie } from './console/session-cookie.ts'

/** The authenticated caller of a request. */
export interface Caller {
  readonly id: number
  readonly role: Role
  /** The scopes of the API key; absent for a person with an access token. */
  readonly scopes?: readonly Scope[]
  /** The session of the access token; absent for an API key. */
  readonly sessionId?: number
  /** The API key's id; absent for an access token. */
  readonly apiKeyId?: number
}

/** The credential of a request: a user's access token, or an API key. */
export type Credential = TokenCredential | { readonly kind: 'key'; readonly key: string }

/** What an access token says. */
export interface TokenCredential {
  readonly kind: 'token'
  readonly userId: number
  readonly sessionId: number
  /** Whether it is good in the cookie of a browser's session, and there alone. */
  readonly inCookie: boolean
}

/**
 * Finds the account behind a credential; undefined if it is deleted, disabled or unknown, or the session of the access
 * token has ended.
 */
export type FindCaller = (credential: Credential) => Promise<Caller | undefined>

/** Who may call an operation: callers with one of the roles; API keys also need every scope. */
export interface Access {
  readonly roles: readonly Role[]
  readonly scopes: readonly Scope[]
}

/** What an access token says: whose it is, of which session, and whether it is for a cookie. */
interface AccessToken {
  readonly sub: string
  readonly sid: string
  readonly cookie?: true
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Reads an access token. Undefined for one that is not valid or has expired. */
    readToken: (token: string) => TokenCredential | undefined
  }
  interface FastifyRequest {
    /** Undefined before it is known, and for anonymous requests. */
    caller?: Caller
  }
}

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: AccessToken
    user: AccessToken
  }
}

/** A token that was verified, and when it expires. */
interface VerifiedToken {
  readonly credential: TokenCredential
  readonly expiresAt: number
}

/** Every API key starts with this; no access token does. */
export const API_KEY_PREFIX = 'pb_'

const ISSUER = 'passbook'
const ID = /^[1-9]\d{0,15}$/
const BEARER = /^Bearer +(\S+) *$/i

/** Verified tokens that are remembered, at least. */
const REMEMBERED_TOKENS = 1_000

/**
 * Installs HS256 access tokens that are valid for `lifetimeSeconds`. A verified one is remembered
 * until it expires; whether its session goes on is looked up each time.
 */
export async function installTokens(
  app: FastifyInstance,
  secret: string,
  lifetimeSeconds: number,
): Promise<void> {
  await app.register(fastifyJwt, {
    secret,
    sign: { algorithm: 'HS256', iss: ISSUER, expiresIn: `${lifetimeSeconds}s` },
    verify: {
      algorithms: ['HS256'],
      allowedIss: ISSUER,
      requiredClaims: ['sub', 'sid', 'iss', 'exp'],
    },
  })
  const remembered = new Remembered<string, VerifiedToken>(REMEMBERED_TOKENS)

  function verify(token: string): VerifiedToken | undefined {
    try {
      const { sub, sid, exp, cookie } = app.jwt.verify<AccessToken & { readonly exp: number }>(
        token,
      )
      if (!ID.test(sub) || !ID.test(sid)) return undefined
      const [userId, sessionId, inCookie] = [Number(sub), Number(sid), cookie === true]
      const credential = { kind: 'token', userId, sessionId, inCookie } as const
      return { credential, expiresAt: exp * 1000 }
    } catch {
      return undefined
    }
  }

  app.decorate('readToken', (token: string) => {
    const known = remembered.get(token)
    if (known && known.expiresAt > Date.now()) return known.credential
    const verified = verify(token)
    if (verified) remembered.set(token, verified)
    return verified?.credential
  })
}

/**
 * The session of a browser's cookie; undefined without one that is valid.
 *
 * @throws AppError 403 for a request of another site
 */
export function cookieCredential(request: FastifyRequest): TokenCredential | undefined {
  const token = readSessionCookie(request)
  if (token === undefined) return undefined
  assertSameOrigin(request)
  const credential = request.server.readToken(token)
  return credential?.inCookie ? credential : undefined
}

/** @throws AppError 401 without a credential, or with a token that is not valid */
function credentialOf(request: FastifyRequest): Credential {
  const { authorization } = request.headers
  if (authorization === undefined) {
    const credential = cookieCredential(request)
    if (credential) return credential
    throw unauthorized('Send an access token or an API key as `Authorization: Bearer …`')
  }
  const key = BEARER.exec(authorization)?.[1]
  if (key?.startsWith(API_KEY_PREFIX)) return { kind: 'key', key }
  const credential = key === undefined ? undefined : request.server.readToken(key)
  if (credential === undefined || credential.inCookie) {
    throw unauthorized('The access token is not valid or has expired')
  }
  return credential
}

/**
 * @throws AppError 403 if the caller's role or the API key's scopes do not allow the operation
 */
export function assertAllowed({ role, scopes }: Caller, access: Access): void {
  if (access.roles.length === 0) throw forbidden('Nobody may call this')
  if (scopes !== undefined && access.scopes.length === 0) {
    throw forbidden('API keys may not call this')
  }
  if (!access.roles.includes(role)) {
    throw forbidden(`This needs one of the roles ${access.roles.join(', ')}`)
  }
  const missing = access.scopes.filter((scope) => scopes !== undefined && !scopes.includes(scope))
  if (missing.length > 0) throw forbidden(`The API key lacks the scope ${missing.join(', ')}`)
}

/**
 * Authenticates a request by its access token or API key. Account and session are looked up every
 * time. So a changed role, a deleted or disabled account, the end of a session and a deleted key
 * take effect at once.
 *
 * @param lookAhead begins look-ups that share a round trip with the caller's; only for tokens of ours
 * @throws AppError 401 without a valid credential
 */
export async function authenticate(
  request: FastifyRequest,
  findCaller: FindCaller,
  lookAhead: () => void = () => undefined,
): Promise<Caller> {
  const credential = credentialOf(request)
  if (credential.kind === 'token') lookAhead()
  const caller = await findCaller(credential)
  if (caller === undefined) {
    throw unauthorized(
      credential.kind === 'key'
        ? 'The API key is not valid or has expired'
        : 'The session of this access token has ended, or its account is gone or disabled',
    )
  }
  return caller
}
