import type { TSchema } from 'typebox'
import { MAX_ERRORS } from '../../errors.ts'

/** The schema keywords by which a value is cut. */
interface Limits {
  readonly anyOf?: readonly Limits[]
  readonly maxLength?: number
  readonly maxItems?: number
  readonly items?: Limits
  readonly properties?: Readonly<Record<string, Limits>>
  readonly additionalProperties?: boolean | Limits
}

type Members = Readonly<Record<string, unknown>>

/** Keeps one character more than allowed; a character takes at most two UTF-16 units. */
const cutText = (text: string, maxLength: number): string =>
  text.length > 2 * maxLength + 1 ? text.slice(0, 2 * maxLength + 1) : text

function cutList(list: readonly unknown[], schema: Limits): readonly unknown[] {
  const { maxItems = Number.POSITIVE_INFINITY, items } = schema
  const kept = list.length > maxItems + 1 ? list.slice(0, maxItems + 1) : list
  if (items === undefined) return kept
  const cut = kept.map((item) => cutTo(item, items))
  return cut.some((item, index) => item !== kept[index]) ? cut : kept
}

function cutObject(members: Members, schema: Limits): Members {
  const { properties = {}, additionalProperties } = schema
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined
  const kept: [string, unknown][] = []
  let unknown = 0
  let isCut = false
  for (const name of Object.keys(members)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : others
    if (known === undefined && additionalProperties === false && ++unknown > MAX_ERRORS) {
      isCut = true
      continue
    }
    const value = known === undefined ? members[name] : cutTo(members[name], known)
    isCut ||= value !== members[name]
    kept.push([name, value])
  }
  return isCut ? Object.fromEntries(kept) : members
}

function cutTo(value: unknown, schema: Limits): unknown {
  if (schema.anyOf !== undefined) {
    // Every alternative must still match, so cut by the largest of their limits.
    const longest = Math.max(...schema.anyOf.map(({ maxLength = 0 }) => maxLength))
    const list = schema.anyOf.find(({ maxItems }) => maxItems !== undefined)
    const object = schema.anyOf.find(({ properties }) => properties !== undefined)
    return cutTo(value, { ...object, ...list, ...(longest > 0 && { maxLength: longest }) })
  }
  if (typeof value === 'string') {
    return schema.maxLength === undefined ? value : cutText(value, schema.maxLength)
  }
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) ? cutList(value, schema) : cutObject(value as Members, schema)
}

/**
 * Cuts strings, lists and unknown members to slightly more than the schema allows. An invalid
 * value stays invalid, and validating it takes no longer than for a value of the right size. Cut
 * before any pattern is tried or item compared.
 *
 * @returns the value itself if nothing was cut; a cut value is always invalid
 */
export const cutToLimits = (value: unknown, schema: TSchema): unknown => cutTo(value, schema)
