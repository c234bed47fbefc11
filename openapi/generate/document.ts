import { $RefParser } from '@apidevtools/json-schema-ref-parser'
import {
  asArray,
  asObject,
  asString,
  type Json,
  type JsonObject,
  join,
  RefusedError,
} from './json.ts'
import { inlineNullables } from './nullables.ts'

/**
 * Reads the entry file and everything it refers to, bundled into one document. Each reference
 * points to a component named in the entry file; nullable texts and numbers are written out.
 *
 * @throws RefusedError if a reference points to anything else
 */
export async function readDocument(entry: string): Promise<JsonObject> {
  const bundled = (await $RefParser.bundle(entry, {
    resolve: { http: false },
  })) as unknown as JsonObject
  refuseUnnamed(bundled, '')
  return inlineNullables(withMappings(bundled, '') as JsonObject)
}

/**
 * Points the mapping of each discriminator to the components that its `oneOf` refers to, in their order: a mapping is
 * text, which bundling leaves as it is.
 *
 * @throws RefusedError if it names another schema
 */
function withMappings(node: Json, at: string): Json {
  if (node === null || typeof node !== 'object') return node
  if (Array.isArray(node)) return node.map((member, index) => withMappings(member, join(at, index)))
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withMappings(value as Json, join(at, key))]),
  )
  if (copy.discriminator === undefined || copy.oneOf === undefined) return copy
  const { mapping, ...discriminator } = asObject(copy.discriminator, at)
  const members = asArray(copy.oneOf, at).map((member) => asString(asObject(member, at).$ref, at))
  const mapped = Object.entries(asObject(mapping, at)).map(
    ([value, text], index): [string, Json] => {
      const name = asString(text, at).split('/').at(-1)
      const ref = members[index] ?? ''
      if (ref.split('/').at(-1) !== name) {
        throw new RefusedError(
          at,
          `the mapping of ${value} is not the member of oneOf at its place`,
        )
      }
      return [value, ref]
    },
  )
  return { ...copy, discriminator: { ...discriminator, mapping: Object.fromEntries(mapped) } }
}

function refuseUnnamed(node: Json, at: string): void {
  if (node === null || typeof node !== 'object') return
  for (const [key, value] of Object.entries(node)) {
    if (
      key === '$ref' &&
      typeof value === 'string' &&
      !/^#\/components\/\w+\/[\w-]+$/.test(value)
    ) {
      throw new RefusedError(at, `${value} is not named in the entry file`)
    }
    refuseUnnamed(value as Json, join(at, key))
  }
}

/**
 * Resolves a reference to a component, and returns where the component is.
 *
 * @throws RefusedError if it is defined inline, or the component does not exist
 */
export function component(
  document: JsonObject,
  node: Json | undefined,
  at: string,
): readonly [JsonObject, string] {
  const { $ref } = asObject(node, at)
  if ($ref === undefined) throw new RefusedError(at, 'this must be a reference to a component')
  const pointer = asString($ref, at).slice(1)
  let resolved: Json | undefined = document
  for (const token of pointer.split('/').slice(1)) resolved = asObject(resolved, pointer)[token]
  if (resolved === undefined) throw new RefusedError(at, `there is no #${pointer}`)
  return [asObject(resolved, pointer), pointer]
}
