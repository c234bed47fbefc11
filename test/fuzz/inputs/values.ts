import fc, { type Arbitrary } from 'fast-check'
import { Get } from 'typebox/format'
import '../../../src/http/validation/formats.ts'
import { Late } from './late.ts'
import type { Schema } from './schema.ts'
import { validTexts } from './texts.ts'

/** Ids above this are nobody's: a generated one never names a record by chance. */
export const UNUSED_ID = 1_000_000_000_000

const late = (of: Late['of']) => fc.constant(new Late(of))

/** Whether addresses may have it, as the service sees them. */
const isLocalPart = (part: string) => Get('idn-email')?.(`u${part}@fuzz.example`) ?? false

/** Fields whose values follow from more than their schema: they name records, or exist once. */
const BY_NAME: Readonly<Record<string, Arbitrary<unknown>>> = {
  user_id: late(({ ownerId }) => ownerId),
  email: fc
    .constantFrom(...['', '.x', '+tag', '-\u00fc', "o'x", 'X'.repeat(20)].filter(isLocalPart))
    .chain((part) => late(({ unique }) => `${unique()}${part}@Fuzz.example`)),
  user_email: late(({ unique }) => `${unique()}@Fuzz.example`),
  username: late(({ unique }) => `f.${unique()}`),
  account_number: late(({ unique }) => unique().toUpperCase().slice(0, 34)),
  password: fc.string({ minLength: 4, maxLength: 20 }).map((text) => `pass${text}`),
}

function integers({ minimum = -1_000, maximum = 1_000 }: Schema): Arbitrary<number> {
  const isId = maximum === Number.MAX_SAFE_INTEGER
  const min = isId ? UNUSED_ID : minimum
  return fc.oneof(fc.integer({ min, max: maximum }), fc.constantFrom(min, maximum))
}

function objects(schema: Schema): Arbitrary<unknown> {
  const {
    properties = {},
    required = [],
    minProperties = 0,
    maxProperties = Infinity,
    patternProperties = {},
  } = schema
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, valid(field, name)]),
  )
  const needed = required.filter((name) => properties[name]?.default === undefined)
  const known = fc
    .record(fields, { requiredKeys: needed as never[] })
    .map((value) => Object.fromEntries(Object.entries(value).slice(0, maxProperties)))
    .filter((value) => Object.keys(value).length >= minProperties)
  const [free] = Object.values(patternProperties)
  return free === undefined
    ? known
    : fc.dictionary(fc.string({ minLength: 1 }), valid(free), { maxKeys: 3 })
}

function arrays({
  items = {},
  minItems = 0,
  maxItems = 5,
  uniqueItems,
}: Schema): Arbitrary<unknown> {
  const bounds = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 4)) }
  return uniqueItems ? fc.uniqueArray(valid(items), bounds) : fc.array(valid(items), bounds)
}

const cache = new Map<Schema, Map<string, Arbitrary<unknown>>>()

function make(schema: Schema, name: string): Arbitrary<unknown> {
  // Where a profile names the columns of fields, that of an id is a text.
  const isColumn = name === 'user_id' && schema.type === 'string'
  const named = isColumn ? undefined : BY_NAME[name]
  if (named !== undefined && schema.anyOf === undefined) return named
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((form) => valid(form, name)))
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return integers(schema)
    case 'number':
      return fc.integer({ min: 1, max: 1_000_000_000 }).map((cents) => cents / 100)
    case 'string':
      return validTexts(schema)
    case 'array':
      return arrays(schema)
    case 'object':
      return objects(schema)
    default:
      return fc.jsonValue()
  }
}

/**
 * Values that fit a schema, those on its edges among them. {@link Late} stands where only a running case
 * knows the value.
 *
 * @param name the field it is for, where it is for one
 */
export function valid(schema: Schema, name = ''): Arbitrary<unknown> {
  const byName = cache.get(schema) ?? new Map<string, Arbitrary<unknown>>()
  cache.set(schema, byName)
  const arbitrary = byName.get(name) ?? make(schema, name)
  byName.set(name, arbitrary)
  return arbitrary
}
