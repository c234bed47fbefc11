import type { FastifyInstance, FastifyReply } from 'fastify'

/** One entry of `Accept-Encoding`; a weight that is malformed counts as 1. */
function readEntry(entry: string): readonly [coding: string, weight: number] {
  const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  return [codingOf(name), weight !== undefined && /^[01](\.\d{0,3})?$/.test(weight) ? +weight : 1]
}

/** A coding by its proper name (RFC 9110, 8.4.1.3). */
const codingOf = (name: string): string => (name === 'x-gzip' ? 'gzip' : name)

/**
 * Whether an answer goes out as gzip or as it is, by `Accept-Encoding` (RFC 9110, 12.5.3). Equal weights prefer
 * gzip. Whoever accepts neither gets the answer as it is: that helps more than 406.
 */
export function preferredCoding(header: string): 'gzip' | 'identity' {
  const weights = new Map(header.split(',').map(readEntry))
  const gzip = weights.get('gzip') ?? weights.get('*') ?? 0
  const identity = weights.get('identity') ?? (gzip > 0 ? 0 : 1)
  return gzip > 0 && gzip >= identity ? 'gzip' : 'identity'
}

/** The codings of a body by their proper names, without `identity`, which changes nothing. */
export const bodyCodings = (header: string): readonly string[] =>
  header
    .split(',')
    .map((name) => codingOf(name.trim().toLowerCase()))
    .filter((name) => name !== '' && name !== 'identity')

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False if no answer of the route is ever compressed. */
    compressible?: boolean
  }
}

/** Tells caches that an answer depends on `Accept-Encoding`, beside whatever else it depends on. */
export function varyByCoding(reply: FastifyReply): void {
  const others = reply.getHeader('vary')
  reply.header('vary', others === undefined ? 'accept-encoding' : `${others}, accept-encoding`)
}

/** Gives the compression plugin headers it understands, and has caches know what an answer depends on. */
export function installCodings(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { headers, routeOptions } = request
    const accepted = headers['accept-encoding']
    if (typeof accepted === 'string') headers['accept-encoding'] = preferredCoding(accepted)
    const sent = headers['content-encoding']
    if (sent !== undefined) {
      const codings = bodyCodings(sent)
      if (codings.length === 0) delete headers['content-encoding']
      else headers['content-encoding'] = codings.join(', ')
    }
    if (routeOptions.config?.compressible !== false) varyByCoding(reply)
    done()
  })
}
