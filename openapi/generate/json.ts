/** A node of the document, as parsed. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** An object of the document, as parsed. */
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * The document says something that cannot be generated. The message is one sentence that begins with
 * the JSON pointer of the place.
 */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'

  constructor(at: string, reason: string) {
    super(`openapi.yaml#${at}: ${reason}.`)
  }
}

/** The pointer of a member of what `at` points to (RFC 6901). */
export function join(at: string, key: string | number): string {
  return `${at}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** `value` as an object; an absent one is empty. @throws RefusedError when it is something else */
export function asObject(value: Json | undefined, at: string): JsonObject {
  if (value === undefined) return {}
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new RefusedError(at, 'an object is wanted here')
  }
  return value as JsonObject
}

/** `value` as a list; an absent one is empty. @throws RefusedError when it is something else */
export function asArray(value: Json | undefined, at: string): readonly Json[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new RefusedError(at, 'a list is wanted here')
  return value as readonly Json[]
}

/** `value` as a list of strings. @throws RefusedError when it is something else */
export function asStrings(value: Json | undefined, at: string): readonly string[] {
  return asArray(value, at).map((item, index) => asString(item, join(at, index)))
}

/** `value` as a string. @throws RefusedError when it is something else */
export function asString(value: Json | undefined, at: string): string {
  if (typeof value !== 'string') throw new RefusedError(at, 'a string is wanted here')
  return value
}

/** Refuses keys that are not among `known`: what the generator does not know it must not ignore. */
export function refuseUnknown(node: JsonObject, known: readonly string[], at: string): void {
  for (const key of Object.keys(node)) {
    if (!known.includes(key)) throw new RefusedError(join(at, key), `unknown keyword ${key}`)
  }
}
