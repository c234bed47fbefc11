import { $RefParser } from '@apidevtools/json-schema-ref-parser'
import { asObject, asString, type Json, type JsonObject, join, RefusedError } from './json.ts'

/**
 * Reads the entry file and everything it refers to, as one document in which each reference points at
 * a component named in the entry.
 * @throws RefusedError when something is referred to that the entry does not name
 */
export async function readDocument(entry: string): Promise<JsonObject> {
  const bundled = (await $RefParser.bundle(entry)) as unknown as JsonObject
  refuseUnnamed(bundled, '')
  return bundled
}

function refuseUnnamed(node: Json, at: string): void {
  if (node === null || typeof node !== 'object') return
  for (const [key, value] of Object.entries(node)) {
    if (key === '$ref' && typeof value === 'string' && !/^#\/components\/\w+\/[^/]+$/.test(value)) {
      throw new RefusedError(
        at,
        `what is referred to here (${value}) is not named in the entry file`,
      )
    }
    refuseUnnamed(value as Json, join(at, key))
  }
}

/** A parameter, response or the like, given in place or by reference, and where it really stands. */
export function resolve(
  document: JsonObject,
  node: Json | undefined,
  at: string,
): [JsonObject, string] {
  const given = asObject(node, at)
  if (given.$ref === undefined) return [given, at]
  const target = asString(given.$ref, join(at, '$ref')).slice(1)
  let found: Json | undefined = document
  for (const token of target.split('/').slice(1)) {
    found = asObject(found, target)[token.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  if (found === undefined) throw new RefusedError(at, `there is no #${target}`)
  return [asObject(found, target), target]
}
