import { operations } from '../generated/operations.ts'

/** Path without parameters -> the methods it takes in alphabetical order. */
const literal = new Map<string, readonly string[]>()
for (const { url, method } of Object.values(operations)) {
  if (!url.includes(':')) literal.set(url, [...(literal.get(url) ?? []), method].sort())
}

/**
 * The methods of a path that the OpenAPI document has as it stands; undefined for any other. Such a path
 * can match one with a parameter too, as `/v1/users/bulk` does `/v1/users/{id}`, and takes none of its
 * methods.
 *
 * @param url the request's, with the version
 */
export function methodsOfLiteral(url: string): readonly string[] | undefined {
  const [path = ''] = url.split('?', 1)
  return literal.get(path.replace(/(?<=.)\/$/, ''))
}
