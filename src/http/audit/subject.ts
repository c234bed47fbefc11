import { Readable } from 'node:stream'
import { usersOf } from '../answer-users.ts'
import type { Exchange } from '../conventions.ts'

/** The kind and the last id or name of a path. */
const LAST_RECORD = /\/([a-z-]+)\/([^/]+)(?:\/[a-z.-]+)?$/
/** Paths of what is the caller's own. */
const OWN = /^\/v\d+\/(?:me|sessions)(?:\/|$)/
const USER = /^\/v\d+\/users\/:id(?:\/|$)/
/** Ids and names of datasets. Whatever else stands in a refused path is not kept. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/

const nounOf = (collection: string) => collection.replaceAll('-', '_').replace(/s$/, '')

function recordOf(path: string): string | undefined {
  const [, collection = '', name = ''] = LAST_RECORD.exec(path) ?? []
  return NAME.test(name) ? `${nounOf(collection)}:${name}` : undefined
}

const isId = (value: unknown): boolean => /^[1-9]\d{0,15}$/.test(String(value))

/** The record that a request names in its path, or makes; such as `api_key:7`. */
export function subjectOf(url: string, { request, reply }: Exchange): string | undefined {
  const params = (request.params ?? {}) as Readonly<Record<string, unknown>>
  if (!url.includes('/:')) {
    const location = reply.getHeader('location')
    return typeof location === 'string' ? recordOf(location) : undefined
  }
  return recordOf(url.replace(/:(\w+)/g, (_, name: string) => String(params[name])))
}

/** The users that a request is about, by its path and its answer. */
export function usersConcerned(
  url: string,
  { request, reply, caller }: Exchange,
  answer?: unknown,
): readonly number[] {
  const { id } = (request.params ?? {}) as { readonly id?: unknown }
  if (USER.test(url)) return isId(id) ? [Number(id)] : []
  if (OWN.test(url)) return caller === undefined ? [] : [caller.id]
  if (answer instanceof Readable) return []
  return usersOf(reply.getHeader('location')?.toString(), answer).map(Number)
}
