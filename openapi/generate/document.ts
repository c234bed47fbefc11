import { $RefParser } from '@apidevtools/json-schema-ref-parser'
import { asObject, asString, type Json, type JsonObject, join, RefusedError } from './json.ts'

/**
 * Reads the entry file and everything it refers to, bundled into one document. Each reference
 * points to a component named in the entry file.
 *
 * @throws RefusedError if a reference points to anything else
 */
export async function readDocument(entry: string): Promise<JsonObject> {
  const bundled = (await $RefParser.bundle(entry, {
    resolve: { http: false },
  })) as unknown as JsonObject
  refuseUnnamed(bundled, '')
  return bundled
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
