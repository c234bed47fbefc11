import fc, { type Arbitrary } from 'fast-check'
import type { Schema } from './schema.ts'
import { SPICY } from './texts.ts'
import { UNUSED_ID } from './values.ts'

const OTHER_TYPES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  -1e308,
  5e-324,
  UNUSED_ID,
  2 ** 53,
  -(2 ** 31),
  '',
  '1',
  'true',
  'null',
  [],
  {},
  [[]],
  [null],
  { a: 1 },
  ['x', 'x'],
  '0000-01-01',
  '2023-02-29',
  '2024-13-01',
  '9999-12-31T24:00:00Z',
  '+10000-01-01T00:00:00Z',
  '10000000000000',
  '0.00',
  '-5',
  '1e2',
  '0.00001',
  '1.',
  '.5',
  '1,5',
  'XXX',
  'usd',
  'XAU',
]

/** Values just outside of what a schema allows, by each of its limits. */
function beyond(schema: Schema): unknown[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, items } = schema
  const { exclusiveMinimum, exclusiveMaximum, enum: allowed, pattern } = schema
  const found: unknown[] = []
  if (minimum !== undefined) found.push(minimum - 1, minimum + 0.5, String(UNUSED_ID))
  if (maximum !== undefined) found.push(maximum + 1, maximum * 10)
  if (exclusiveMinimum !== undefined) found.push(exclusiveMinimum)
  if (exclusiveMaximum !== undefined) found.push(exclusiveMaximum)
  if (minLength !== undefined && minLength > 0) found.push('x'.repeat(minLength - 1))
  if (maxLength !== undefined) {
    found.push('x'.repeat(maxLength + 1), '\u{1f600}'.repeat(maxLength + 1))
    // One letter for whoever reads it, many characters for whoever stores it.
    found.push(`a${'\u0301'.repeat(maxLength)}`)
  }
  if (minItems !== undefined && minItems > 0) found.push([])
  if (maxItems !== undefined && maxItems <= 1_000) found.push(Array(maxItems + 1).fill(null))
  if (allowed !== undefined) found.push(...allowed.map((word) => `${String(word).toUpperCase()} `))
  if (pattern !== undefined) found.push('\n', 'x\n', 'é', '\u{1f600}')
  if (items !== undefined) found.push(...beyond(items).map((item) => [item]))
  return found
}

const known = new Map<Schema, Arbitrary<unknown>>()

/** Values that a schema mostly refuses: of other types, beyond its limits, texts with a history. */
export function hostile(schema: Schema): Arbitrary<unknown> {
  const made = known.get(schema) ?? make(schema)
  known.set(schema, made)
  return made
}

function make(schema: Schema): Arbitrary<unknown> {
  const outside = [...beyond(schema), ...(schema.anyOf ?? []).flatMap(beyond)]
  return fc.oneof(
    fc.constantFrom(...OTHER_TYPES),
    fc.constantFrom(...SPICY),
    ...(outside.length > 0 ? [{ weight: 2, arbitrary: fc.constantFrom(...outside) }] : []),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.double(),
    fc.jsonValue({ maxDepth: 2 }),
  )
}

/** A change to a valid body: which field, and what becomes of it. */
export interface Damage {
  readonly field: number
  readonly how: 'replace' | 'remove' | 'add' | 'whole' | 'item'
  readonly value: unknown
  readonly name: string
}

const fieldsOf = (schema: Schema): [string, Schema][] => Object.entries(schema.properties ?? {})

/** One thing wrong with a body of this schema; a few happen to be right still. */
export function damages(schema: Schema): Arbitrary<Damage> {
  const fields = fieldsOf(schema)
  return fc.nat({ max: Math.max(0, fields.length - 1) }).chain((field) =>
    fc.record({
      field: fc.constant(field),
      how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'whole', 'item'),
      value: hostile(fields[field]?.[1] ?? {}),
      name: fc.oneof(fc.constantFrom('id', 'role', 'user_id', 'x'), fc.constantFrom(...SPICY)),
    }),
  )
}

/** A body with the damage done. What it does not apply to it leaves alone. */
export function damage(
  schema: Schema,
  body: unknown,
  { field, how, value, name }: Damage,
): unknown {
  if (how === 'whole' || typeof body !== 'object' || body === null) return value
  const target = fieldsOf(schema)[field]?.[0] ?? name
  const fields = body as Readonly<Record<string, unknown>>
  const entries = Object.entries(fields)
  if (how === 'remove') return Object.fromEntries(entries.filter(([key]) => key !== target))
  if (how === 'add') return Object.fromEntries([...entries, [name, value]])
  const list = fields[target]
  if (how === 'item' && Array.isArray(list)) {
    const [first, ...rest] = list
    const items = schema.properties?.[target]?.items
    const spoilt = items && damage(items, first, { field, how: 'replace', value, name })
    return { ...fields, [target]: [spoilt, ...rest] }
  }
  return Object.fromEntries([...entries.filter(([key]) => key !== target), [target, value]])
}
