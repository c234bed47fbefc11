import { operations } from '../generated/operations.ts'

/** Path without parameters -> its methods in alphabetical order. */
const literal = new Map<string, readonly string[]>()
for (const { url, method } of Object.values(operations)) {
  if (!url.includes(':')) literal.set(url, [...(literal.get(url) ?? []), method].sort())
}

/**
 * The methods of a documented path without parameters; undefined for any other path. Such a path
 * can also match one with a parameter: `/v1/users/bulk` matches `/v1/users/{id}`, but must not
 * accept its methods.
 *
 * @param url the request's URL, with the version
 */
export function methodsOfLiteral(url: string): readonly string[] | undefined {
  const [path = ''] = url.split('?', 1)
  return literal.get(path.replace(/(?<=.)\/$/, ''))
}
