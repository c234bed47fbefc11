import Format from 'typebox/format'
import '../../src/http/validation/formats.ts'
import { literal, objectLiteral, propertyName } from './code.ts'
import { DEPRECATION, datesOf } from './deprecation-dates.ts'
import {
  asArray,
  asObject,
  asString,
  asStrings,
  type Json,
  type JsonObject,
  join,
  RefusedError,
  refuseUnknown,
} from './json.ts'

/** The prefix of component schemas in `operations.ts`. */
export const COMPONENT_PREFIX = 'S.'

/** The prefix of references, and whether items that the handler checks stay unchecked. */
export interface TypeBoxOptions {
  readonly prefix?: string
  readonly unchecked?: boolean
}

/** What does not affect validity, and is left out of the code. */
export const ANNOTATIONS = [
  'title',
  'description',
  'examples',
  'deprecated',
  ...DEPRECATION,
] as const

/**
 * Integer formats (for generated clients), with the largest number each one represents exactly in
 * JSON.
 */
export const INTEGER_FORMATS: Readonly<Record<string, number>> = {
  int32: 2 ** 31 - 1,
  int64: Number.MAX_SAFE_INTEGER,
}

/** Describes a pattern or format in words, for use in error messages. */
export const EXPECTED = 'x-expected'

const NUMBER_LIMITS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
const LIMITS: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern', 'format', EXPECTED, 'default'],
  integer: [...NUMBER_LIMITS, 'format', 'default'],
  number: [...NUMBER_LIMITS, 'default'],
  boolean: ['default'],
  null: [],
  array: ['minItems', 'maxItems', 'uniqueItems'],
  object: ['additionalProperties', 'minProperties', 'maxProperties'],
}
const STRUCTURE: Readonly<Record<string, readonly string[]>> = {
  array: ['items', 'x-validate-items'],
  object: ['properties', 'required'],
}

/**
 * Generates the TypeBox expression of a JSON Schema.
 *
 * @throws RefusedError for a keyword, type or format that TypeBox would not enforce as written
 */
export function toTypeBox(
  node: Json | undefined,
  at: string,
  options: TypeBoxOptions = {},
): string {
  const schema = asObject(node, at)
  datesOf(schema, at)
  if (schema.$ref !== undefined) {
    refuseUnknown(schema, ['$ref', ...ANNOTATIONS], at)
    return (options.prefix ?? '') + referredName(asString(schema.$ref, at), at)
  }
  if (schema.anyOf !== undefined) {
    refuseUnknown(schema, ['anyOf', EXPECTED, ...ANNOTATIONS], at)
    const members = asArray(schema.anyOf, join(at, 'anyOf')).map((member, index) =>
      toTypeBox(member, join(join(at, 'anyOf'), index), options),
    )
    const parts = [`[${members.join(', ')}]`, limits(schema, [EXPECTED])]
    return `Type.Union(${parts.filter((part) => part !== '').join(', ')})`
  }
  if (schema.oneOf !== undefined) return oneOf(schema, at, options)
  if (schema.const !== undefined) {
    refuseUnknown(schema, ['type', 'const', ...ANNOTATIONS], at)
    return `Type.Literal(${literal(schema.const)})`
  }
  if (schema.enum !== undefined) {
    refuseUnknown(schema, ['type', 'enum', 'default', ...ANNOTATIONS], at)
    if (schema.type !== 'string') throw new RefusedError(at, 'an enum must be of type string')
    const values = asStrings(schema.enum, join(at, 'enum'))
    return `Type.Enum(${literal(values)}, ${limits(schema, ['type', 'default'])})`
  }
  return ofType(schema, at, options)
}

/**
 * A union whose members exclude each other: a discriminator tells them apart. TypeBox has no `oneOf`, and needs none then.
 *
 * @throws RefusedError without a discriminator that maps each member
 */
function oneOf(schema: JsonObject, at: string, options: TypeBoxOptions): string {
  refuseUnknown(schema, ['oneOf', 'discriminator', ...ANNOTATIONS], at)
  const { mapping } = asObject(schema.discriminator, join(at, 'discriminator'))
  const members = asArray(schema.oneOf, join(at, 'oneOf'))
  if (Object.keys(asObject(mapping, at)).length !== members.length) {
    throw new RefusedError(at, 'oneOf needs a discriminator with a mapping for each member')
  }
  const codes = members.map((member) => toTypeBox(member, join(at, 'oneOf'), options))
  return `Type.Union([${codes.join(', ')}])`
}

/**
 * The name in `#/components/schemas/Name`.
 *
 * @throws RefusedError for any other reference
 */
export function referredName(ref: string, at: string): string {
  const name = /^#\/components\/schemas\/([A-Z]\w*)$/.exec(ref)?.[1]
  if (name === undefined) throw new RefusedError(at, `${ref} does not refer to a component schema`)
  return name
}

function ofType(schema: JsonObject, at: string, options: TypeBoxOptions): string {
  const type = schema.type
  const known = typeof type === 'string' ? LIMITS[type] : undefined
  if (typeof type !== 'string' || known === undefined) {
    throw new RefusedError(at, `unsupported type ${JSON.stringify(type) ?? '(none)'}`)
  }
  if (type === 'object' && typeof schema.additionalProperties === 'object') {
    return record(schema, at, options)
  }
  refuseUnknown(schema, ['type', ...known, ...(STRUCTURE[type] ?? []), ...ANNOTATIONS], at)
  const format = schema.format
  const hasFormat = (name: string) =>
    type === 'integer' ? INTEGER_FORMATS[name] !== undefined : Format.Has(name)
  if (typeof format === 'string' && !hasFormat(format)) {
    throw new RefusedError(join(at, 'format'), `unknown format ${format}`)
  }
  const builder = `Type.${type.charAt(0).toUpperCase()}${type.slice(1)}`
  const parts = [structure(schema, at, options), limits(schema, known)].filter(
    (part) => part !== '',
  )
  return `${builder}(${parts.join(', ')})`
}

const RECORD_LIMITS = ['minProperties', 'maxProperties', 'propertyNames']

/** An object with arbitrary member names and one schema for all members. */
function record(schema: JsonObject, at: string, options: TypeBoxOptions): string {
  const { additionalProperties, ...rest } = schema
  refuseUnknown(rest, ['type', ...RECORD_LIMITS, ...ANNOTATIONS], at)
  const member = toTypeBox(additionalProperties, join(at, 'additionalProperties'), options)
  if (rest.propertyNames !== undefined) {
    const namesAt = join(at, 'propertyNames')
    refuseUnknown(asObject(rest.propertyNames, namesAt), ['maxLength'], namesAt)
  }
  const parts = ['Type.String()', member, limits(rest, RECORD_LIMITS)]
  return `Type.Record(${parts.filter((part) => part !== '').join(', ')})`
}

function structure(schema: JsonObject, at: string, options: TypeBoxOptions): string {
  if (schema.type === 'array') return items(schema, at, options)
  if (schema.type !== 'object') return ''
  const properties = asObject(schema.properties, join(at, 'properties'))
  const required = asStrings(schema.required, join(at, 'required'))
  for (const name of required) {
    if (properties[name] === undefined)
      throw new RefusedError(at, `${name} is required but unknown`)
  }
  return objectLiteral(
    Object.entries(properties).map(([name, property]) => {
      const type = toTypeBox(property, join(join(at, 'properties'), name), options)
      return [name, required.includes(name) ? type : `Type.Optional(${type})`]
    }),
  )
}

function items(schema: JsonObject, at: string, options: TypeBoxOptions): string {
  const validator = schema['x-validate-items']
  if (validator !== undefined && validator !== 'handler') {
    throw new RefusedError(join(at, 'x-validate-items'), 'the only allowed value is handler')
  }
  if (validator !== undefined && options.unchecked === true) return 'Type.Unknown()'
  return toTypeBox(schema.items, join(at, 'items'), options)
}

function limits(schema: JsonObject, known: readonly string[]): string {
  const given = known.flatMap((key) => {
    const value = schema[key]
    return value === undefined ? [] : [`${propertyName(key)}: ${literal(value)}`]
  })
  return given.length === 0 ? '' : `{ ${given.join(', ')} }`
}
