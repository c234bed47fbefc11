import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'

/** What protects only pages, whose answers have a policy of their own. Each header costs time on each answer. */
const FOR_PAGES = {
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} as const

/**
 * The headers that helmet would set on each answer, those that OWASP's REST Security Cheat Sheet asks for and two more. They
 * are the same on all.
 */
function securityHeaders(): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const protect = helmet({
    ...FOR_PAGES,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    xFrameOptions: { action: 'deny' },
    // Whoever terminates TLS decides whether a host uses only TLS.
    hsts: false,
  })
  const response = {
    setHeader: (name: string, value: string) => Object.assign(headers, { [name]: value }),
    removeHeader: () => undefined,
  }
  protect({} as never, response as never, (error) => {
    if (error) throw error
  })
  return headers
}

/** Sets the request id and the security headers of each answer. */
export function installHeaders(app: FastifyInstance): void {
  const headers = securityHeaders()
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id)
    done()
  })
}
