import { $RefParser } from '@apidevtools/json-schema-ref-parser'
import { asObject, asString, type Json, type JsonObject, join, RefusedError } from './json.ts'

/**
 * Reads the entry file and everything it refers to, as one document in which each reference points at
 * a component named in the entry.
 * @throws RefusedError when something is referred to that the entry does not name
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
      throw new RefusedError(
        at,
        `what is referred to here (${value}) is not named in the entry file`,
      )
    }
    refuseUnnamed(value as Json, join(at, key))
  }
}

/**
 * The component that a reference names, and where it stands.
 * @throws RefusedError when it is given in place, or there is no such component
 */
export function component(
  document: JsonObject,
  node: Json | undefined,
  at: string,
): readonly [JsonObject, string] {
  const { $ref } = asObject(node, at)
  if ($ref === undefined) throw new RefusedError(at, 'this has to be a component')
  const pointer = asString($ref, at).slice(1)
  let found: Json | undefined = document
  for (const token of pointer.split('/').slice(1)) found = asObject(found, pointer)[token]
  if (found === undefined) throw new RefusedError(at, `there is no #${pointer}`)
  return [asObject(found, pointer), pointer]
}
