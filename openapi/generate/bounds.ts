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

/** What the largest valid value of a schema comes to. */
export interface Bounds {
  /** As JSON in UTF-8 without blanks and escapes. */
  readonly bytes: number
  /** The value itself and all that it holds. */
  readonly values: number
}

/** A character in UTF-8. */
const MAX_CHARACTER_BYTES = 4
/** A number of 15 significant digits, with a sign, a point and an exponent. */
const MAX_NUMBER_BYTES = 24

/** Formats whose texts have one length, found out without reading on. */
const LENGTHS: Readonly<Record<string, number>> = { date: 10 }

const utf8Bytes = (value: Json): number => Buffer.byteLength(JSON.stringify(value))

/**
 * The bounds of what a request may send.
 *
 * @throws RefusedError on a text, list, object or integer without a largest value, and a form without words
 */
export function boundsOf(document: JsonObject, node: Json | undefined, at: string): Bounds {
  const schema = asObject(node, at)
  if (schema.$ref !== undefined) {
    const [found, foundAt] = component(document, schema, at)
    return boundsOf(document, found, foundAt)
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

/** Nobody is to read a regular expression in an error. */
function requireExpected(schema: JsonObject, at: string): void {
  const hasForm = schema.pattern !== undefined || schema.format !== undefined
  if (hasForm && typeof schema[EXPECTED] !== 'string') {
    throw new RefusedError(at, `what a request sends in a form needs ${EXPECTED}`)
  }
}

function limit(schema: JsonObject, keyword: string, at: string): number {
  const value = schema[keyword]
  if (typeof value !== 'number') {
    throw new RefusedError(at, `what a request sends needs ${keyword}`)
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

function objectBounds(document: JsonObject, schema: JsonObject, at: string): Bounds {
  if (schema.additionalProperties !== false) {
    throw new RefusedError(at, 'an object of a request has additionalProperties: false')
  }
  const bounds = { bytes: 2, values: 1 }
  for (const [name, property] of Object.entries(asObject(schema.properties, at))) {
    const member = boundsOf(document, property, join(join(at, 'properties'), name))
    // Between them a colon, behind them a comma.
    bounds.bytes += utf8Bytes(name) + member.bytes + 2
    bounds.values += member.values
  }
  return bounds
}
