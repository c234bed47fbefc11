import type { FastifyReply, FastifyRequest } from 'fastify'

/** A deprecated operation, or a deprecated part of its requests. */
export interface Deprecation {
  /** Null for the operation itself. */
  readonly in: string | null
  /** The name of the parameter, or the way to the field; `*` stands for each item of a list. */
  readonly path: readonly string[]
  /** In seconds since 1970. */
  readonly since: number
  /** An HTTP-date. */
  readonly sunset: string
  /** The path of the operation that takes its place. */
  readonly successor: string | null
}

/** Whether a body has a field. */
function hasField(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true
  if (name === '*') return Array.isArray(value) && value.some((item) => hasField(item, rest))
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false
  return hasField((value as Readonly<Record<string, unknown>>)[name], rest)
}

/** Whether a request uses what is deprecated. Validated parameters have defaults, so those that were sent count. */
function isUsed({ in: place, path }: Deprecation, { url, raw, body }: FastifyRequest): boolean {
  if (place === null) return true
  if (place === 'body') return hasField(body, path)
  const [name = ''] = path
  if (place === 'header') return raw.headers[name.toLowerCase()] !== undefined
  const names = [...new URLSearchParams(url.split('?')[1]).keys()]
  return names.some((sent) => sent === name || sent.startsWith(`${name}[`))
}

/** A link to what takes the place of a deprecated operation, for the same record. */
function linkTo(successor: string, { params }: FastifyRequest): string {
  const values = params as Readonly<Record<string, unknown>>
  const path = successor.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(`${values[name]}`))
  return `<${path}>; rel="successor-version"`
}

/**
 * Says in an answer what of its request is deprecated and when it goes (RFC 9745, RFC 8594). Of several dates the
 * first counts.
 *
 * @param deprecations of the operation
 */
export function announceDeprecation(
  deprecations: readonly Deprecation[],
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const used = deprecations.filter((deprecation) => isUsed(deprecation, request))
  if (used.length === 0) return
  const sunsets = used.map(({ sunset }) => Date.parse(sunset))
  reply.header('deprecation', `@${Math.min(...used.map(({ since }) => since))}`)
  reply.header('sunset', new Date(Math.min(...sunsets)).toUTCString())
  const links = used.flatMap(({ successor }) => successor ?? []).map((to) => linkTo(to, request))
  if (links.length === 0) return
  const others = reply.getHeader('link')
  reply.header('link', [...(others === undefined ? [] : [others]), ...links].join(', '))
}
