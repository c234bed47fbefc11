import fastifyJwt from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { forbidden, unauthorized } from '../errors.ts'
import type { Role } from '../generated/schemas.ts'

/** Who makes a request. */
export interface Caller {
  readonly id: number
  readonly role: Role
}

/** Finds the account a token was made out to; undefined when it is gone. */
export type FindCaller = (id: number) => Promise<Caller | undefined>

declare module '@fastify/jwt' {
  interface FastifyJWT {
    payload: { sub: string }
    user: { sub: string }
  }
}

const ISSUER = 'passbook'
const USER_ID = /^[1-9]\d{0,15}$/

/** Installs HS256 access tokens that live `lifetimeSeconds`. */
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
      requiredClaims: ['sub', 'iss', 'exp'],
    },
  })
}

/**
 * The caller of a request, by its bearer token. The account is looked up each time: a role that
 * changed or an account that is gone counts at once, not when the token ends.
 *
 * @throws AppError 401 without a valid token, 403 when the role may not call the operation
 */
export async function authenticate(
  request: FastifyRequest,
  roles: readonly Role[],
  findCaller: FindCaller,
): Promise<Caller> {
  if (request.headers.authorization === undefined) {
    throw unauthorized('Send an access token as `Authorization: Bearer …`')
  }
  const token = await request.jwtVerify<{ readonly sub: string }>().catch(() => undefined)
  if (token === undefined || !USER_ID.test(token.sub)) {
    throw unauthorized('The access token is not valid or has expired')
  }
  const caller = await findCaller(Number(token.sub))
  if (caller === undefined) throw unauthorized('The account of this access token is gone')
  if (!roles.includes(caller.role))
    throw forbidden(`This needs one of the roles ${roles.join(', ')}`)
  return caller
}
