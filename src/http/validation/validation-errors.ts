import type { TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { errorAt, type FieldError, type Place } from '../../errors.ts'
import { adviceOf, type Described, formMessage, typeMessage, typeOf } from './expected.ts'
import { pointerToken } from './json-pointer.ts'
import { createGuess } from './nearest-name.ts'
import { createPlaces, nameOf } from './places.ts'

/** A failed check: its schema, its value, and how to report them. */
interface Findings {
  readonly schema: Described
  readonly value: unknown
  readonly placeOf: (pointer: string) => Place
  readonly guess: ReturnType<typeof createGuess>
}

/** Resolves a JSON Pointer (RFC 6901). */
function find(root: unknown, pointer: string): unknown {
  let node = root
  for (const token of pointer.split('/').slice(1)) {
    const name = nameOf(token)
    const has = typeof node === 'object' && node !== null && Object.hasOwn(node, name)
    node = has ? (node as Readonly<Record<string, unknown>>)[name] : undefined
  }
  return node
}

/** The part of the schema that produced an error. */
const schemaOf = (error: TLocalizedValidationError, { schema }: Findings): Described =>
  (find(schema, error.schemaPath) ?? {}) as Described

const isWithin = (path: string, outer: string) => path.startsWith(`${outer}/`)

/** Drops all errors inside a list that is too long. */
function withoutItemsOfLong(
  errors: readonly TLocalizedValidationError[],
): readonly TLocalizedValidationError[] {
  const long = errors.filter(({ keyword }) => keyword === 'maxItems')
  if (long.length === 0) return errors
  return errors.filter(
    ({ keyword, instancePath: path }) =>
      !long.some(
        ({ instancePath }) =>
          isWithin(path, instancePath) || (keyword === 'uniqueItems' && path === instancePath),
      ),
  )
}

/** Whether a single-valued parameter was sent several times. */
function isRepeated({ instancePath }: TLocalizedValidationError, { placeOf, value }: Findings) {
  return placeOf(instancePath).in !== 'body' && Array.isArray(find(value, instancePath))
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Says what to send instead, by the broken rule. It never repeats what was sent. */
function messageOf(error: TLocalizedValidationError, findings: Findings): string {
  const schema = schemaOf(error, findings)
  switch (error.keyword) {
    case 'type':
      return isRepeated(error, findings) ? 'must be given once' : typeMessage(schema)
    case 'enum':
    case 'const':
      return `must be ${typeOf(schema)}`
    case 'pattern':
    case 'format':
      return formMessage(schema, find(findings.value, error.instancePath))
    case 'minimum':
      return `must be at least ${error.params.limit}`
    case 'maximum':
      return `must be at most ${error.params.limit}`
    case 'exclusiveMinimum':
      return `must be above ${error.params.limit}`
    case 'exclusiveMaximum':
      return `must be below ${error.params.limit}`
    case 'minLength':
      return `must have at least ${counted(error.params.limit, 'character')}`
    case 'maxLength':
      return `must have at most ${counted(error.params.limit, 'character')}`
    case 'minItems':
      return `must have at least ${counted(error.params.limit, 'item')}`
    case 'maxItems':
      return `must have at most ${counted(error.params.limit, 'item')}`
    case 'uniqueItems':
      return 'must not have the same item twice'
    case 'minProperties':
      return `must have at least ${counted(error.params.limit, 'field')}`
    case 'maxProperties':
      return `must have at most ${counted(error.params.limit, 'field')}`
    default:
      return error.message
  }
}

function unknownName(name: string, schema: Described, place: Place, findings: Findings) {
  const kind = place.in === 'query' ? 'parameter' : 'field'
  const guess = findings.guess(name, Object.keys(schema.properties ?? {}))
  return errorAt(place, `unknown_${kind}`, `is not a known ${kind}${guess}`)
}

/** Whether a schema enumerates its values, which is more specific than their type. */
const isEnumerated = (schema: Described) => schema.enum !== undefined || schema.const !== undefined

/**
 * Translates a validator error. One error may name several missing or unknown fields, hence a
 * list.
 */
function describe(error: TLocalizedValidationError, findings: Findings): FieldError[] {
  const { placeOf } = findings
  const single = () =>
    errorAt(placeOf(error.instancePath), error.keyword, messageOf(error, findings))
  const member = (name: string) => placeOf(`${error.instancePath}/${pointerToken(name)}`)
  switch (error.keyword) {
    // additionalProperties already reports this, and names the field.
    case 'boolean':
      return []
    // The rule that the name breaks is reported by itself.
    case 'propertyNames':
      return []
    case 'type':
      return isEnumerated(schemaOf(error, findings)) ? [] : [single()]
    case 'required': {
      const { properties = {} } = schemaOf(error, findings)
      return error.params.requiredProperties.map((name) =>
        errorAt(member(name), 'required', `is required: ${adviceOf(properties[name] ?? {})}`),
      )
    }
    case 'additionalProperties': {
      const schema = schemaOf(error, findings)
      return error.params.additionalProperties.map((name) =>
        unknownName(name, schema, member(name), findings),
      )
    }
    default:
      return [single()]
  }
}

/**
 * Describes a value that matches none of several forms. Only forms of the value's own type are
 * mentioned; if there are none, all are.
 */
function unionMessage(
  union: TLocalizedValidationError,
  forms: readonly TLocalizedValidationError[],
  findings: Findings,
): string {
  const schema = schemaOf(union, findings)
  if (schema['x-expected'] !== undefined) {
    return formMessage(schema, find(findings.value, union.instancePath))
  }
  const ofType = forms.filter(({ keyword }) => !['type', 'enum', 'const'].includes(keyword))
  if (ofType.length === 0) return `must be ${typeOf(schema)}`
  return [...new Set(ofType.map((form) => messageOf(form, findings)))].join(', or ')
}

/** Whether a union is one form or null. */
const isNullable = ({ anyOf = [] }: Described): boolean =>
  anyOf.length === 2 && anyOf.some(({ type }) => type === 'null')

/** Describes a value that is neither null nor of the other form, by the rules of that form. */
function describeNullable(
  union: TLocalizedValidationError,
  forms: readonly TLocalizedValidationError[],
  findings: Findings,
): FieldError[] {
  const schema = schemaOf(union, findings)
  const broken = forms.filter(({ keyword }) => !['type', 'enum', 'const'].includes(keyword))
  if (broken.length > 0) return broken.flatMap((error) => describe(error, findings))
  const code = forms.some(({ keyword }) => keyword === 'enum') ? 'enum' : 'type'
  return [errorAt(findings.placeOf(union.instancePath), code, `must be ${typeOf(schema)}`)]
}

/**
 * For an `anyOf` the validator reports the errors of every form and that none fits. This merges
 * them into one error.
 */
function mergeForms(
  errors: readonly TLocalizedValidationError[],
  findings: Findings,
): FieldError[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf')
  const inUnion = (path: string) =>
    unions.some(({ instancePath }) => path === instancePath || isWithin(path, instancePath))
  const merged = unions.flatMap((union) => {
    const forms = errors.filter(
      ({ keyword, instancePath }) => keyword !== 'anyOf' && instancePath === union.instancePath,
    )
    if (isNullable(schemaOf(union, findings))) return describeNullable(union, forms, findings)
    const message = unionMessage(union, forms, findings)
    return [errorAt(findings.placeOf(union.instancePath), 'form', message)]
  })
  const others = errors.filter((error) => !inUnion(error.instancePath))
  return [...others.flatMap((error) => describe(error, findings)), ...merged]
}

/** All items of a query list have the same path, so drop identical messages. */
function withoutRepetition(errors: readonly FieldError[]): FieldError[] {
  const known = new Set<string>()
  return errors.filter(({ path, message }) => {
    const size = known.size
    return known.add(`${path} ${message}`).size > size
  })
}

/** Creates the translator of validator errors: where in the request, and what to send instead. */
export function createDescriber(schema: TSchema, part: Place['in']) {
  const placeOf = createPlaces(part, schema)
  return (errors: readonly TLocalizedValidationError[], value: unknown): readonly FieldError[] => {
    const findings = { schema, value, placeOf, guess: createGuess() }
    return withoutRepetition(mergeForms(withoutItemsOfLong(errors), findings))
  }
}
