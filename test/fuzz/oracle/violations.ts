import { gunzipSync } from 'node:zlib'
import type { WireRequest } from '../client/client.ts'
import { fits, misfit, type Schema } from '../inputs/schema.ts'
import type { Operation } from '../operations.ts'

/** Blanks around a value are not part of it (RFC 9110, 5.5). */
const headerOf = ({ headers }: WireRequest, name: string): readonly string[] =>
  headers
    .filter(([key]) => key.toLowerCase() === name)
    .map(([, value]) => value.replace(/^[ \t]+|[ \t]+$/g, ''))

/** Text as a parameter's schema reads it; as it stands where it is not exactly that. */
function read(text: string, schema: Schema): unknown {
  if (schema.type === 'integer') return /^-?\d{1,16}$/.test(text) ? Number(text) : text
  if (schema.type === 'boolean') return text === 'true' || (text === 'false' ? false : text)
  return text
}

function pathViolations({ url, params }: Operation, target: string): string[] {
  const pattern = url.replace(/:(\w+)/g, '(?<$1>[^/]*)')
  const [path = ''] = target.split('?', 1)
  const { groups = {} } = new RegExp(`^(/v1)?${pattern.replace(/^\/v1/, '')}/?$`).exec(path) ?? {}
  const values = Object.entries(groups).map(([name, text]) => {
    const schema = params?.properties?.[name] ?? {}
    return [name, read(decodeURIComponent(text ?? ''), schema)]
  })
  const wrong = params && misfit(params, Object.fromEntries(values))
  return wrong === undefined ? [] : [`path ${wrong}`]
}

function queryViolations({ query, freeQuery }: Operation, target: string): string[] {
  const search = new URLSearchParams(target.split('?').slice(1).join('?'))
  const values = new Map<string, unknown>()
  for (const name of new Set(search.keys())) {
    const [object = '', member] = name.split(/\[(.*)\]$/s)
    const schema = query.properties?.[name]
    const texts = search.getAll(name)
    const known = schema?.type === 'array' ? texts : texts.length > 1 ? texts : texts[0]
    if (schema !== undefined) {
      values.set(name, typeof known === 'string' ? read(known, schema) : known)
    } else if (member !== undefined && query.properties?.[object]?.type === 'object') {
      values.set(object, { ...(values.get(object) as object), [member]: known })
    } else if (!freeQuery) values.set(name, known)
  }
  const wrong = misfit(query, Object.fromEntries(values))
  return wrong === undefined ? [] : [`query ${wrong}`]
}

function headerViolations({ headers }: Operation, wire: WireRequest): string[] {
  return Object.entries(headers?.properties ?? {}).flatMap(([name, schema]) => {
    const values = headerOf(wire, name)
    // What several of one name come to is Node's to say.
    return values.length === 1 && !fits(schema, values[0]) ? [`header ${name}`] : []
  })
}

/** The JSON value of a body; undefined when there is none to be had. */
function bodyValue(wire: WireRequest): { readonly value: unknown } | undefined {
  const [given = 'identity', ...more] = headerOf(wire, 'content-encoding')
  const encoding = given === 'x-gzip' ? 'gzip' : given
  const [type = ''] = headerOf(wire, 'content-type')
  const isJson = /^application\/json *(;|$)/i.test(type)
  if (more.length > 0 || !['gzip', 'identity', ''].includes(encoding) || !isJson) return undefined
  try {
    const bytes = encoding === 'gzip' ? gunzipSync(wire.body ?? '') : (wire.body ?? Buffer.of())
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) }
  } catch {
    return undefined
  }
}

/** The fields of a form; undefined when it is none, or has a field twice. */
function formValue(wire: WireRequest): { readonly value: unknown } | undefined {
  const [type = ''] = headerOf(wire, 'content-type')
  if (!/^application\/x-www-form-urlencoded *(;|$)/i.test(type)) return undefined
  const text = (wire.body ?? Buffer.of()).toString()
  try {
    decodeURIComponent(text)
  } catch {
    return undefined
  }
  const pairs = [...new URLSearchParams(text)]
  const form = Object.fromEntries(pairs.filter(([, value]) => value !== ''))
  return new Set(pairs.map(([name]) => name)).size < pairs.length ? undefined : { value: form }
}

function bodyViolations({ body, takesFile, takesForm }: Operation, wire: WireRequest): string[] {
  if (takesFile) {
    const [type = ''] = headerOf(wire, 'content-type')
    return /^(text\/csv|multipart\/form-data) *(;|$)/i.test(type) ? [] : ['type of the body']
  }
  if (body === undefined) return []
  const sent = takesForm ? formValue(wire) : bodyValue(wire)
  if (sent === undefined) return [takesForm ? 'no form' : 'no JSON']
  // Items of a partial request stand for themselves.
  const isPartial = (sent.value as { readonly mode?: unknown } | null)?.mode === 'partial'
  const wrong = isPartial ? undefined : misfit(body, sent.value)
  return wrong === undefined ? [] : [`body ${wrong}`]
}

/** What the document does not allow in a request of an operation, found from its bytes alone. */
export function violationsOf(operation: Operation, wire: WireRequest): readonly string[] {
  return [
    ...pathViolations(operation, wire.target),
    ...queryViolations(operation, wire.target),
    ...headerViolations(operation, wire),
    ...bodyViolations(operation, wire),
  ]
}
