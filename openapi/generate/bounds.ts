import { component } from './document.ts'
import {
  asArray,
  asObject,
  asStrings,
  type Json,
  type JsonObject,
  join,
  RefusedError,
} from './json.ts'
import { EXPECTED, INTEGER_FORMATS } from './typebox.ts'

/** The size of a schema's largest valid value. */
export interface Bounds {
  /** As JSON in UTF-8, without blanks and escapes. */
  readonly bytes: number
  /** The value itself and everything inside it. */
  readonly values: number
}

/** The longest UTF-8 encoding of a character. */
const MAX_CHARACTER_BYTES = 4
/** A number of 15 significant digits with sign, point and exponent. */
const MAX_NUMBER_BYTES = 24

/** Formats whose values all have the same length; longer ones are rejected early. */
const LENGTHS: Readonly<Record<string, number>> = { date: 10 }

const utf8Bytes = (value: Json): number => Buffer.byteLength(JSON.stringify(value))

/**
 * The bounds of a request's schema.
 *
 * @throws RefusedError for a string, list, object, name or integer without an upper limit, and for a
 *   pattern or format without `x-expected`
 */
export function boundsOf(document: JsonObject, node: Json | undefined, at: string): Bounds {
  const schema = asObject(node, at)
  if (schema.$ref !== undefined) {
    const [resolved, resolvedAt] = component(document, schema, at)
    return boundsOf(document, resolved, resolvedAt)
  }
  if (schema.anyOf !== undefined) {
    const forms = asArray(schema.anyOf, at).map((form, index) =>
      boundsOf(document, form, join(join(at, 'anyOf'), index)),
    )
    return {
      bytes: Math.max(...forms.map(({ bytes }) => bytes)),
      values: Math.max(...forms.map(({ values }) => values)),
    }
  }
  if (schema.const !== undefined) return { bytes: utf8Bytes(schema.const), values: 1 }
  if (schema.enum !== undefined) {
    const texts = asStrings(schema.enum, join(at, 'enum'))
    return { bytes: Math.max(...texts.map(utf8Bytes)), values: 1 }
  }
  switch (schema.type) {
    case 'string': {
      const maxLength = LENGTHS[String(schema.format)] ?? limit(schema, 'maxLength', at)
      requireExpected(schema, at)
      return { bytes: 2 + MAX_CHARACTER_BYTES * maxLength, values: 1 }
    }
    case 'integer':
      return { bytes: integerBytes(schema, at), values: 1 }
    case 'number':
      return { bytes: MAX_NUMBER_BYTES, values: 1 }
    case 'array':
      return arrayBounds(document, schema, at)
    case 'object':
      return objectBounds(document, schema, at)
    default:
      // true, false and null.
      return { bytes: 5, values: 1 }
  }
}

/** Error messages must never show a regular expression. */
function requireExpected(schema: JsonObject, at: string): void {
  const hasForm = schema.pattern !== undefined || schema.format !== undefined
  if (hasForm && typeof schema[EXPECTED] !== 'string') {
    throw new RefusedError(at, `a request's pattern or format needs ${EXPECTED} to describe it`)
  }
}

function limit(schema: JsonObject, keyword: string, at: string): number {
  const value = schema[keyword]
  if (typeof value !== 'number') {
    throw new RefusedError(at, `a request's schema needs ${keyword}`)
  }
  return value
}

function integerBytes(schema: JsonObject, at: string): number {
  const maximum = limit(schema, 'maximum', at)
  const largest = INTEGER_FORMATS[String(schema.format)]
  if (largest === undefined || maximum > largest) {
    throw new RefusedError(at, 'an integer of a request needs a format that its maximum fits')
  }
  return 1 + String(maximum).length
}

function arrayBounds(document: JsonObject, schema: JsonObject, at: string): Bounds {
  const maxItems = limit(schema, 'maxItems', at)
  const item = boundsOf(document, schema.items, join(at, 'items'))
  return { bytes: 2 + maxItems * (item.bytes + 1), values: 1 + maxItems * item.values }
}

/** The bounds of an object with names of the caller's own. */
function recordBounds(document: JsonObject, schema: JsonObject, at: string): Bounds {
  const members = limit(schema, 'maxProperties', at)
  const names = asObject(schema.propertyNames, join(at, 'propertyNames'))
  const nameBytes = 2 + MAX_CHARACTER_BYTES * limit(names, 'maxLength', join(at, 'propertyNames'))
  const member = boundsOf(document, schema.additionalProperties, join(at, 'additionalProperties'))
  return {
    bytes: 2 + members * (nameBytes + member.bytes + 2),
    values: 1 + members * member.values,
  }
}

function objectBounds(document: JsonObject, schema: JsonObject, at: string): Bounds {
  if (typeof schema.additionalProperties === 'object') return recordBounds(document, schema, at)
  if (schema.additionalProperties !== false) {
    throw new RefusedError(at, 'an object of a request needs additionalProperties: false')
  }
  const bounds = { bytes: 2, values: 1 }
  for (const [name, property] of Object.entries(asObject(schema.properties, at))) {
    const member = boundsOf(document, property, join(join(at, 'properties'), name))
    // Two bytes for the colon and the comma.
    bounds.bytes += utf8Bytes(name) + member.bytes + 2
    bounds.values += member.values
  }
  return bounds
}
