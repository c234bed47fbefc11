import type { FastifyInstance } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { TLocalizedValidationError } from 'typebox/error'
import { Settings } from 'typebox/system'
import { Default } from 'typebox/value'
import { type FieldError, invalid, MAX_ERRORS } from '../errors.ts'
import { cutToLimits } from './cut-to-limits.ts'
import './formats.ts'
import { pointerToken, shownName } from './json-pointer.ts'

// The library's own limit is 8, and an unknown member takes two. What is checked is cut to its limits.
Settings.Set({ maxErrors: 4 * MAX_ERRORS })

/** Where in a request a value comes from. */
type HttpPart = 'body' | 'params' | 'query' | 'headers'

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

const isObject = (schema: TSchema | undefined): boolean =>
  schema !== undefined && 'type' in schema && schema.type === 'object'

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

/** Whether a place is inside another. */
const isWithin = (path: string, outer: string) => path.startsWith(`${outer}/`)

/** Of a list that is too long nothing else is said. */
function withoutItemsOfLong(
  errors: readonly TLocalizedValidationError[],
): readonly TLocalizedValidationError[] {
  const long = errors.filter(({ keyword }) => keyword === 'maxItems')
  if (long.length === 0) return errors
  return errors.filter(
    ({ keyword, instancePath: path }) =>
      !long.some(
        ({ instancePath }) =>
          isWithin(path, instancePath) || (keyword === 'uniqueItems' && path === instancePath),
      ),
  )
}

const pathOf = (part: HttpPart, pointer: string) =>
  part === 'body' ? pointer : `${part}${pointer.replaceAll('/', '.')}`

/** One of the validator's errors, in our terms; a list, as it names all missing fields at once. */
function describe(error: TLocalizedValidationError, part: HttpPart): FieldError[] {
  const at = () => pathOf(part, error.instancePath)
  const member = (name: string) => {
    const token = part === 'body' ? pointerToken(name) : shownName(name)
    return pathOf(part, `${error.instancePath}/${token}`)
  }
  const kind = part === 'query' ? 'parameter' : 'field'
  switch (error.keyword) {
    // Said by additionalProperties already, and better.
    case 'boolean':
      return []
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        path: member(name),
        code: 'required',
        message: 'is required',
      }))
    case 'additionalProperties':
      return error.params.additionalProperties.map((name) => ({
        path: member(name),
        code: `unknown_${kind}`,
        message: `is not a known ${kind}`,
      }))
    case 'enum':
      return [
        {
          path: at(),
          code: 'enum',
          message: `must be one of ${error.params.allowedValues.join(', ')}`,
        },
      ]
    default:
      return [{ path: at(), code: error.keyword, message: error.message }]
  }
}

/**
 * Where a value may have one of several forms the validator reports what each form misses, then
 * that none fits. One error says it: its forms in a row.
 */
function mergeForms(errors: readonly TLocalizedValidationError[], part: HttpPart): FieldError[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf')
  const inUnion = (path: string) =>
    unions.some(({ instancePath }) => path === instancePath || isWithin(path, instancePath))
  const merged = unions.map((union) => {
    const forms = errors.filter(
      (error) => error.keyword !== 'anyOf' && error.instancePath === union.instancePath,
    )
    const message = [...new Set(forms.map((form) => form.message))].join(', or ')
    return { path: pathOf(part, union.instancePath), code: 'form', message }
  })
  const single = errors.filter((error) => !inUnion(error.instancePath))
  return [...single.flatMap((error) => describe(error, part)), ...merged]
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
  part: HttpPart,
  maxErrors = MAX_ERRORS,
): (value: unknown) => Checked {
  const validator = Compile(schema)
  // Looking for defaults that are not there takes longer than the check.
  const hasDefaults = JSON.stringify(schema).includes('"default":')
  return (sent) => {
    const converted = part === 'body' ? sent : convertProperties(sent ?? {}, schema as TObject)
    const cut = cutToLimits(converted, schema)
    const value = hasDefaults ? Default(schema, cut) : cut
    if (cut === converted && validator.Check(value)) return { value }
    const errors = mergeForms(withoutItemsOfLong(validator.Errors(value)), part)
    return { errors: errors.slice(0, maxErrors) }
  }
}

const PARTS: Readonly<Record<string, HttpPart>> = {
  body: 'body',
  params: 'params',
  querystring: 'query',
  headers: 'headers',
}

/** Makes an app check its routes' schemas this way. */
export function installValidator(app: FastifyInstance): void {
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const check = compileCheck(schema, PARTS[httpPart ?? 'body'] ?? 'body')
    return (value: unknown) => {
      const checked = check(value)
      return 'errors' in checked ? { error: invalid(checked.errors) } : checked
    }
  })
}
