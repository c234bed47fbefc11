import type { Json } from './json.ts'

/** The first line of every generated TypeScript file. */
export const HEADER = '// Generated from openapi/openapi.yaml by `npm run generate`. Do not edit.'

/** Members of an object literal: each a key and the code of its value. */
export type Members = readonly (readonly [key: string, code: string])[]

/** An object literal with one member per line. */
export function objectLiteral(members: Members): string {
  if (members.length === 0) return '{}'
  const lines = members.map(([key, code]) => `  ${propertyName(key)}: ${indented(code)},`)
  return `{\n${lines.join('\n')}\n}`
}

/** A JSON value as a literal; strings get single quotes. */
export function literal(value: Json): string {
  if (typeof value === 'string') {
    const inner = JSON.stringify(value).slice(1, -1)
    return `'${inner.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  }
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(literal).join(', ')}]`
  return JSON.stringify(value)
}

/** A key of an object literal, quoted if necessary. */
export function propertyName(key: string): string {
  return /^(?:[A-Za-z_$][\w$]*|\d+)$/.test(key) ? key : literal(key)
}

function indented(code: string): string {
  return code.replaceAll('\n', '\n  ')
}
