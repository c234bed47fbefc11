/** A parsed node of the document. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A parsed object of the document. */
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * The document contains something that cannot be generated. The message is one sentence that
 * starts with its JSON pointer.
 */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'

  constructor(at: string, reason: string) {
    super(`openapi.yaml#${at}: ${reason}.`)
  }
}

/** The JSON pointer of a member of what `at` points to (RFC 6901). */
export function join(at: string, key: string | number): string {
  return `${at}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/**
 * Casts `value` to an object; a missing one is empty.
 *
 * @throws RefusedError for other types
 */
export function asObject(value: Json | undefined, at: string): JsonObject {
  if (value === undefined) return {}
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new RefusedError(at, 'this must be an object')
  }
  return value as JsonObject
}

/**
 * Casts `value` to a list; a missing one is empty.
 *
 * @throws RefusedError for other types
 */
export function asArray(value: Json | undefined, at: string): readonly Json[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new RefusedError(at, 'this must be a list')
  return value as readonly Json[]
}

/**
 * Casts `value` to a list of strings.
 *
 * @throws RefusedError for other types
 */
export function asStrings(value: Json | undefined, at: string): readonly string[] {
  return asArray(value, at).map((item, index) => asString(item, join(at, index)))
}

/**
 * Casts `value` to a string.
 *
 * @throws RefusedError for other types
 */
export function asString(value: Json | undefined, at: string): string {
  if (typeof value !== 'string') throw new RefusedError(at, 'this must be a string')
  return value
}

/** Refuses unknown keys: the generator must not silently ignore what it cannot enforce. */
export function refuseUnknown(node: JsonObject, known: readonly string[], at: string): void {
  for (const key of Object.keys(node)) {
    if (!known.includes(key)) throw new RefusedError(join(at, key), `unknown keyword ${key}`)
  }
}
