import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Settings } from 'typebox/system'
import { Default } from 'typebox/value'
import { type FieldError, invalid, MAX_ERRORS, type Place } from '../../errors.ts'
import { cutToLimits } from './cut-to-limits.ts'
import './formats.ts'
import { checkNoBody } from './no-body.ts'
import { isObject } from './places.ts'
import { createDescriber } from './validation-errors.ts'

// The library's default is 8, and an unknown member produces two errors. Checked values are cut to
// size, so the total stays bounded.
Settings.Set({ maxErrors: 4 * MAX_ERRORS })

type Part = Place['in']

/** The validated value, or its errors. */
type Checked = { readonly value: unknown } | { readonly errors: readonly FieldError[] }

const WHOLE_NUMBER = /^-?\d{1,16}$/

/**
 * Converts text to the schema's type. Text that does not match exactly is left for the check to
 * refuse.
 */
function convertText(text: unknown, schema: TSchema): unknown {
  if (typeof text !== 'string' || !('type' in schema)) return text
  if (schema.type === 'integer') return WHOLE_NUMBER.test(text) ? Number(text) : text
  if (schema.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return schema.type === 'array' ? [text] : text
}

/** A member of an object parameter in the query: `name[key]=value`. */
const MEMBER = /^([^[\]]+)\[(.*)\]$/s

/** Copies parameters, grouping the members of each object parameter. */
function groupMembers(value: object, schema: TObject): [string, unknown][] {
  const entries = Object.entries(value)
  if (!entries.some(([name]) => name.includes('['))) return entries
  const groups = new Map<string, [string, unknown][]>()
  const single = entries.filter(([name, text]) => {
    const [, object = '', key = ''] = MEMBER.exec(name) ?? []
    if (!isObject(schema.properties[object])) return true
    const members = groups.get(object) ?? []
    members.push([key, text])
    groups.set(object, members)
    return false
  })
  const grouped = [...groups].map(([name, members]): [string, unknown] => [
    name,
    Object.fromEntries(members),
  ])
  return [...single, ...grouped]
}

/**
 * Converts the text of known parameters, in a copy. Without known ones it returns what was sent:
 * most requests have none of the headers that an operation describes.
 */
function convertProperties(sent: Readonly<Record<string, unknown>>, schema: TObject): unknown {
  const names = Object.keys(sent)
  const isKnown = (name: string) => Object.hasOwn(schema.properties, name) || name.includes('[')
  if (!names.some(isKnown)) return sent
  return Object.fromEntries(
    groupMembers(sent, schema).map(([name, text]) => {
      const known = schema.properties[name]
      return [name, known ? convertText(text, known) : text]
    }),
  )
}

const asIs = (value: unknown) => value

/** The defaults of an object's own members. */
const ownDefaults = ({ properties = {} }: Partial<TObject>) =>
  Object.entries(properties).flatMap(([name, property]) =>
    'default' in property ? [[name, property.default] as const] : [],
  )

/** Fills in the defaults of a body. Where none is nested, `Default` would take longer than all else. */
function completeBody(schema: TSchema): (value: unknown) => unknown {
  const own = ownDefaults(schema)
  const count = JSON.stringify(schema).split('"default":').length - 1
  if (count === 0) return asIs
  const isPlain = own.every(([, preset]) => typeof preset !== 'object')
  if (!isPlain || count > own.length) return (value) => Default(schema, value)
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const sent = value as Readonly<Record<string, unknown>>
    const missing = own.filter(([name]) => sent[name] === undefined)
    return missing.length === 0 ? sent : { ...sent, ...Object.fromEntries(missing) }
  }
}

/** Fills in the defaults of parameters. They are not nested, and `Default` takes longer than all else. */
function fillIn(schema: TObject): (value: unknown) => unknown {
  const defaults = ownDefaults(schema)
  if (defaults.length === 0) return asIs
  return (value) => {
    const filled: Record<string, unknown> = { ...(value as object) }
    for (const [name, preset] of defaults) filled[name] ??= preset
    return filled
  }
}

/**
 * Makes a check of one part of a request. Bodies are checked as sent. Parameters and headers are
 * text, converted strictly: whole-string integers, exactly `true` or `false`, one value to a list.
 * Then defaults are filled in and everything is checked. The schema bounds the time this takes,
 * whatever is sent. It is compiled at the first check: all of them took half of building the API.
 *
 * @param maxErrors the most errors to report
 */
export function compileCheck(
  schema: TSchema,
  part: Part,
  maxErrors = MAX_ERRORS,
): (value: unknown) => Checked {
  const compile = () => ({
    validator: Compile(schema),
    describe: createDescriber(schema, part),
    complete: part === 'body' ? completeBody(schema) : fillIn(schema as TObject),
  })
  let compiled: ReturnType<typeof compile> | undefined
  return (sent) => {
    compiled ??= compile()
    const { validator, describe, complete } = compiled
    const converted =
      part === 'body' ? sent : convertProperties((sent ?? {}) as never, schema as TObject)
    const cut = cutToLimits(converted, schema)
    const value = complete(cut)
    if (cut === converted && validator.Check(value)) return { value }
    return { errors: describe(validator.Errors(value), value).slice(0, maxErrors) }
  }
}

/** The parts of a request in the order their errors are reported, and where Fastify keeps them. */
const PARTS = [
  { part: 'path', schema: 'params', property: 'params' },
  { part: 'query', schema: 'querystring', property: 'query' },
  { part: 'header', schema: 'headers', property: 'headers' },
  { part: 'body', schema: 'body', property: 'body' },
] as const

/** Merges a body's errors. A value that parsing altered is reported as altered only. */
function withAltered(
  altered: readonly FieldError[],
  errors: readonly FieldError[],
): readonly FieldError[] {
  const places = new Set(altered.map(({ path }) => path))
  return [...altered, ...errors.filter(({ path }) => !places.has(path))]
}

/**
 * Makes the check of a whole request, which replaces each part with its converted value.
 *
 * @param refusesBody whether it must have no body if the schema describes none
 */
function createRequestCheck(described: FastifySchema, refusesBody: boolean) {
  const checks = PARTS.flatMap(({ part, schema, property }) => {
    const partSchema = described[schema] as TSchema | undefined
    if (partSchema !== undefined) {
      return [{ part, property, check: compileCheck(partSchema, part) }]
    }
    return part === 'body' && refusesBody ? [{ part, property, check: checkNoBody }] : []
  })
  /** @throws AppError 422 with the errors of all parts */
  return (request: FastifyRequest): void => {
    const errors: FieldError[] = []
    let altered = request.alteredValues ?? []
    let isValid = altered.length === 0
    for (const { part, property, check } of checks) {
      const checked = check(request[property] ?? null)
      const partErrors = 'errors' in checked ? checked.errors : []
      if (!('value' in checked)) isValid = false
      else if (checked.value !== request[property]) {
        Object.assign(request, { [property]: checked.value })
      }
      if (part === 'body') {
        errors.push(...withAltered(altered, partErrors))
        altered = []
      } else errors.push(...partErrors)
    }
    errors.push(...altered)
    if (!isValid) throw invalid(errors)
  }
}

/**
 * Validates the routes' schemas with this module, reporting the errors of all parts in one answer.
 */
export function installValidator(app: FastifyInstance): void {
  // Fastify's own validation would report only the first invalid part.
  app.setValidatorCompiler(() => () => true)
  app.addHook('onRoute', (route) => {
    const { operationId, takesFile } = route.config ?? {}
    const check = createRequestCheck(route.schema ?? {}, operationId !== undefined && !takesFile)
    const others = route.preValidation ?? []
    route.preValidation = [
      (request, _reply, done) => {
        check(request)
        done()
      },
      ...(Array.isArray(others) ? others : [others]),
    ]
  })
}
