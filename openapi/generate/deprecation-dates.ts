import { asString, type JsonObject, join, RefusedError } from './json.ts'

/** When something was deprecated, and when it goes: dates, each the beginning of that day in UTC. */
const SINCE = 'x-deprecated-since'
const SUNSET = 'x-sunset'
/** The path of the operation that takes the place of a deprecated one. */
export const SUCCESSOR = 'x-successor'
/** What stands beside `deprecated` of an operation, a parameter or a schema. */
export const DEPRECATION = [SINCE, SUNSET] as const
/** What stands beside `deprecated` of an operation. */
export const OPERATION_DEPRECATION = [...DEPRECATION, SUCCESSOR] as const

function dateOf(node: JsonObject, key: string, at: string): Date {
  const given = node[key]
  if (given === undefined) throw new RefusedError(at, `what is deprecated needs ${key}`)
  const text = asString(given, join(at, key))
  const date = new Date(`${text}T00:00:00Z`)
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text)) {
    throw new RefusedError(join(at, key), `${text} is not a date such as 2026-01-31`)
  }
  return date
}

/**
 * The dates of what is deprecated.
 *
 * @returns undefined for what is not deprecated
 * @throws RefusedError without a date, with a sunset before the deprecation, or for dates of what is not deprecated
 */
export function datesOf(
  node: JsonObject,
  at: string,
): readonly [since: Date, sunset: Date] | undefined {
  if (node.deprecated !== true) {
    const stray = OPERATION_DEPRECATION.find((key) => node[key] !== undefined)
    if (stray) throw new RefusedError(join(at, stray), 'this is not deprecated')
    return undefined
  }
  const [since, sunset] = [dateOf(node, SINCE, at), dateOf(node, SUNSET, at)]
  if (sunset < since) throw new RefusedError(join(at, SUNSET), `comes before ${SINCE}`)
  return [since, sunset]
}
