import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Settings } from 'typebox/system'
import { Default } from 'typebox/value'
import { type FieldError, invalid, MAX_ERRORS, type Place } from '../../errors.ts'
import { cutToLimits } from './cut-to-limits.ts'
import './formats.ts'
import { alteredValues } from '../body/json-body.ts'
import { isObject } from './places.ts'
import { createDescriber } from './validation-errors.ts'

// The library's own limit is 8, and an unknown member takes two. What is checked is cut to its limits.
Settings.Set({ maxErrors: 4 * MAX_ERRORS })

type Part = Place['in']

/** A value that passed, or what is wrong with it. */
type Checked = { readonly value: unknown } | { readonly errors: readonly FieldError[] }

const WHOLE_NUMBER = /^-?\d{1,16}$/

/** Text as the schema's type, or unchanged where it is not exactly that: the check then refuses it. */
function convertText(text: unknown, schema: TSchema): unknown {
  if (typeof text !== 'string' || !('type' in schema)) return text
  if (schema.type === 'integer') return WHOLE_NUMBER.test(text) ? Number(text) : text
  if (schema.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return schema.type === 'array' ? [text] : text
}

/** Members of an object as a query has them: `name[key]=value`. */
const MEMBER = /^([^[\]]+)\[(.*)\]$/s

/** A copy in which the members of objects stand together. */
function groupMembers(value: object, schema: TObject): [string, unknown][] {
  const groups = new Map<string, [string, unknown][]>()
  const single = Object.entries(value).filter(([name, text]) => {
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

/** A copy with each known property's text converted; nothing else is touched. */
function convertProperties(value: unknown, schema: TObject): unknown {
  const entries = groupMembers(value as object, schema)
  const property = (name: string) => schema.properties[name]
  return Object.fromEntries(
    entries.map(([name, text]) => {
      const known = property(name)
      return [name, known ? convertText(text, known) : text]
    }),
  )
}

/**
 * Compiles a schema into a check of one part of a request. Bodies are taken as sent. Parameters and
 * headers arrive as text, which is converted strictly: whole-string integers, exactly `true` or
 * `false`, one value to a list. Then defaults are filled in, then everything is checked. The time that
 * takes is bounded by the schema, whatever is sent.
 *
 * @param maxErrors of more errors the first are told
 */
export function compileCheck(
  schema: TSchema,
  part: Part,
  maxErrors = MAX_ERRORS,
): (value: unknown) => Checked {
  const validator = Compile(schema)
  const describe = createDescriber(schema, part)
  // Looking for defaults that are not there takes longer than the check.
  const hasDefaults = JSON.stringify(schema).includes('"default":')
  return (sent) => {
    const converted = part === 'body' ? sent : convertProperties(sent ?? {}, schema as TObject)
    const cut = cutToLimits(converted, schema)
    const value = hasDefaults ? Default(schema, cut) : cut
    if (cut === converted && validator.Check(value)) return { value }
    return { errors: describe(validator.Errors(value), value).slice(0, maxErrors) }
  }
}

/** The parts of a request in the order in which their errors are told, and where Fastify has them. */
const PARTS = [
  { part: 'path', schema: 'params', property: 'params' },
  { part: 'query', schema: 'querystring', property: 'query' },
  { part: 'header', schema: 'headers', property: 'headers' },
  { part: 'body', schema: 'body', property: 'body' },
] as const

/** What is wrong with a body: what JavaScript altered as it read it, and of all else what the check says. */
function withAltered(
  altered: readonly FieldError[],
  errors: readonly FieldError[],
): readonly FieldError[] {
  const places = new Set(altered.map(({ path }) => path))
  return [...altered, ...errors.filter(({ path }) => !places.has(path))]
}

/** Makes the check of all parts of a request, which puts what they are read as in their place. */
function compileRequestCheck(described: FastifySchema) {
  const checks = PARTS.flatMap(({ part, schema, property }) => {
    const found = described[schema] as TSchema | undefined
    return found === undefined ? [] : [{ part, property, check: compileCheck(found, part) }]
  })
  /** @throws AppError 422 with what is wrong in any of them */
  return (request: FastifyRequest): void => {
    const errors: FieldError[] = []
    let altered = alteredValues(request)
    let isValid = altered.length === 0
    for (const { part, property, check } of checks) {
      const checked = check(request[property] ?? null)
      const wrong = 'errors' in checked ? checked.errors : []
      if ('value' in checked) Object.assign(request, { [property]: checked.value })
      else isValid = false
      if (part === 'body') {
        errors.push(...withAltered(altered, wrong))
        altered = []
      } else errors.push(...wrong)
    }
    errors.push(...altered)
    if (!isValid) throw invalid(errors)
  }
}

/** Makes an app check its routes' schemas this way: what is wrong in all parts is told in one answer. */
export function installValidator(app: FastifyInstance): void {
  // Fastify itself would tell what is wrong in the first part alone.
  app.setValidatorCompiler(() => () => true)
  app.addHook('onRoute', (route) => {
    const check = compileRequestCheck(route.schema ?? {})
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
