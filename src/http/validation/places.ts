import type { TSchema } from 'typebox'
import type { Place } from '../../errors.ts'
import { shownName } from './json-pointer.ts'

/** The part of a parameter schema that holds the names. */
interface Parameters {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>
  /** Documented header names by their lower-case form. */
  readonly 'x-names'?: Readonly<Record<string, string>>
}

/** Decodes a JSON Pointer token (RFC 6901) into a name. */
export const nameOf = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~')

/** Whether a parameter is an object, whose members are sent as `name[key]=value`. */
export const isObject = (schema: object | undefined): boolean =>
  schema !== undefined && 'type' in schema && schema.type === 'object'

/**
 * Maps pointers into a checked value to places in the request. For a body the place is the
 * pointer; else it is the parameter's name, or `name[key]` for an object. A list item is reported
 * under the list's name.
 */
export function createPlaces(part: Place['in'], schema: TSchema): (pointer: string) => Place {
  // An object may have names of the caller's own, as long as the body.
  if (part === 'body')
    return (pointer) => ({ in: part, path: pointer.split('/').map(shownName).join('/') })
  const { properties = {}, 'x-names': documented = {} } = schema as Parameters
  const names = new Map(Object.entries(documented))
  return (pointer) => {
    const [, name = '', key] = pointer.split('/').map(nameOf)
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined
    const sent = key !== undefined && isObject(known) ? `${name}[${key}]` : name
    return { in: part, path: names.get(name) ?? shownName(sent) }
  }
}
