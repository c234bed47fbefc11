import { asObject, type Json, type JsonObject, join } from './json.ts'
import { componentSchemas } from './schemas.ts'
import { referredName } from './typebox.ts'

const isNull = (node: Json): boolean => (node as JsonObject).type === 'null'

/** Whether a schema is a string, number or boolean that generators give no type of its own. */
const isPlain = (schema: JsonObject): boolean =>
  ['string', 'integer', 'number', 'boolean'].includes(String(schema.type)) &&
  schema.enum === undefined

/**
 * Writes out what `anyOf` refers to beside `type: "null"` if it is a string, number or boolean. Generators take
 * a reference to one for its type, and lose the null.
 */
export function inlineNullables(document: JsonObject): JsonObject {
  const inlined = (node: Json, at: string): Json => {
    if (node === null || typeof node !== 'object') return node
    if (Array.isArray(node)) return node.map((member, index) => inlined(member, join(at, index)))
    const copy = Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, inlined(value as Json, join(at, key))]),
    )
    const { anyOf } = copy
    if (!Array.isArray(anyOf) || !anyOf.some(isNull)) return copy
    return { ...copy, anyOf: anyOf.map((member: JsonObject) => writtenOut(document, member, at)) }
  }
  return inlined(document, '') as JsonObject
}

function writtenOut(document: JsonObject, member: JsonObject, at: string): JsonObject {
  if (typeof member.$ref !== 'string') return member
  const schema = asObject(componentSchemas(document)[referredName(member.$ref, at)], at)
  return isPlain(schema) ? schema : member
}
