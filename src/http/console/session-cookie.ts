import type { FastifyReply, FastifyRequest } from 'fastify'
import { forbidden } from '../../errors.ts'

/** How long a browser stays signed in without renewing its session. */
export const COOKIE_SECONDS = 12 * 3_600

const NAME = 'passbook-session'
/** Browsers take a cookie of this prefix only by TLS, and only from the host itself. */
const TLS_NAME = `__Host-${NAME}`
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict'

const cookieIn = (cookies: string, name: string): string | undefined =>
  new RegExp(`(?:^|;) *${name}=([^;]+)`).exec(cookies)?.[1]

/** Whether the browser uses TLS; its `Origin` says so where the proxy in front is not trusted. */
const usesTls = ({ protocol, headers }: FastifyRequest): boolean =>
  protocol === 'https' || headers.origin?.startsWith('https:') === true

/** The access token in the cookie of a browser's session; undefined if there is none. */
export function readSessionCookie({ headers, protocol }: FastifyRequest): string | undefined {
  const { cookie } = headers
  if (cookie === undefined) return undefined
  // A sibling host can set the other one.
  return cookieIn(cookie, TLS_NAME) ?? (protocol === 'https' ? undefined : cookieIn(cookie, NAME))
}

/** Gives a browser its cookie. @param token the access token; empty takes the cookie back */
export function sendSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): void {
  const [name, secure] = usesTls(request) ? [TLS_NAME, '; Secure'] : [NAME, '']
  const seconds = token === '' ? 0 : COOKIE_SECONDS
  reply.header('set-cookie', `${name}=${token}; ${ATTRIBUTES}; Max-Age=${seconds}${secure}`)
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

/**
 * Refuses what pages of other sites and of sibling hosts have a browser send with the cookie; `SameSite` alone lets the
 * latter pass. Old browsers say no `Sec-Fetch-Site`, and none do without TLS, but all name the `Origin` of what writes.
 *
 * @throws AppError 403 `cross_site`
 */
export function assertSameOrigin({ method, headers, host }: FastifyRequest): void {
  const { 'sec-fetch-site': site, origin } = headers
  const isTyped = site === 'none' && method === 'GET'
  if (site === 'same-origin' || isTyped) return
  if (site === undefined && (origin === undefined || hostOf(origin) === host)) return
  throw forbidden("Only pages of this service may use a browser's session", 'cross_site')
}
