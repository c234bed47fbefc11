import type { TSchema } from 'typebox'
import type { Place } from '../../errors.ts'
import { shownName } from './json-pointer.ts'

/** What of a schema of parameters tells their names. */
interface Parameters {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>
  /** Headers as they are documented, by their names in lower case. */
  readonly 'x-names'?: Readonly<Record<string, string>>
}

/** A token of a JSON Pointer as the name it stands for (RFC 6901). */
export const nameOf = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~')

/** Whether a parameter is an object, whose members are sent as `name[key]=value`. */
export const isObject = (schema: object | undefined): boolean =>
  schema !== undefined && 'type' in schema && schema.type === 'object'

/**
 * Names places in a part of a request, by a pointer into what is checked of it: in a body that pointer,
 * else the parameter, of an object `name[key]`. An item of a list is told by the list's name.
 */
export function createPlaces(part: Place['in'], schema: TSchema): (pointer: string) => Place {
  if (part === 'body') return (pointer) => ({ in: part, path: pointer })
  const { properties = {}, 'x-names': documented = {} } = schema as Parameters
  const names = new Map(Object.entries(documented))
  return (pointer) => {
    const [, name = '', key] = pointer.split('/').map(nameOf)
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined
    const sent = key !== undefined && isObject(known) ? `${name}[${key}]` : name
    return { in: part, path: names.get(name) ?? shownName(sent) }
  }
}
