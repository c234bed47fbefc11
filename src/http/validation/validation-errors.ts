import type { TSchema } from 'typebox'
import type { TLocalizedValidationError } from 'typebox/error'
import { errorAt, type FieldError, type Place } from '../../errors.ts'
import { adviceOf, type Described, formMessage, typeMessage, typeOf } from './expected.ts'
import { pointerToken } from './json-pointer.ts'
import { createGuess } from './nearest-name.ts'
import { createPlaces, nameOf } from './places.ts'

/** What a check of a value found, and what it was found in. */
interface Findings {
  readonly schema: Described
  readonly value: unknown
  readonly placeOf: (pointer: string) => Place
  readonly guess: ReturnType<typeof createGuess>
}

/** What a pointer (RFC 6901) leads to. */
function find(root: unknown, pointer: string): unknown {
  let found = root
  for (const token of pointer.split('/').slice(1)) {
    const name = nameOf(token)
    const has = typeof found === 'object' && found !== null && Object.hasOwn(found, name)
    found = has ? (found as Readonly<Record<string, unknown>>)[name] : undefined
  }
  return found
}

/** The part of the schema that an error comes from. */
const schemaOf = (error: TLocalizedValidationError, { schema }: Findings): Described =>
  (find(schema, error.schemaPath) ?? {}) as Described

/** Whether a place is inside another. */
const isWithin = (path: string, outer: string) => path.startsWith(`${outer}/`)

/** Of a list that is too long nothing else is said. */
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

/** Whether a parameter is there several times that takes one value. */
function isRepeated({ instancePath }: TLocalizedValidationError, { placeOf, value }: Findings) {
  return placeOf(instancePath).in !== 'body' && Array.isArray(find(value, instancePath))
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** What to send instead, by the rule that is broken. What was sent is never told. */
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

/** Whether a schema lists its values: that says more than their type. */
const hasValues = (schema: Described) => schema.enum !== undefined || schema.const !== undefined

/** One of the validator's errors, in our terms; a list, as it names all missing fields at once. */
function describe(error: TLocalizedValidationError, findings: Findings): FieldError[] {
  const { placeOf } = findings
  const told = () => errorAt(placeOf(error.instancePath), error.keyword, messageOf(error, findings))
  const member = (name: string) => placeOf(`${error.instancePath}/${pointerToken(name)}`)
  switch (error.keyword) {
    // Said by additionalProperties already, and better.
    case 'boolean':
      return []
    case 'type':
      return hasValues(schemaOf(error, findings)) ? [] : [told()]
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
      return [told()]
  }
}

/** What to send where a value has none of several forms: as the forms of its type want it, else any of them. */
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

/**
 * Where a value may have one of several forms the validator reports what each form misses, then
 * that none fits. One error says it.
 */
function mergeForms(
  errors: readonly TLocalizedValidationError[],
  findings: Findings,
): FieldError[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf')
  const inUnion = (path: string) =>
    unions.some(({ instancePath }) => path === instancePath || isWithin(path, instancePath))
  const merged = unions.map((union) => {
    const forms = errors.filter(
      ({ keyword, instancePath }) => keyword !== 'anyOf' && instancePath === union.instancePath,
    )
    return errorAt(
      findings.placeOf(union.instancePath),
      'form',
      unionMessage(union, forms, findings),
    )
  })
  const single = errors.filter((error) => !inUnion(error.instancePath))
  return [...single.flatMap((error) => describe(error, findings)), ...merged]
}

/** The items of a list in the query have one name: what is wrong with several in one way is said once. */
function withoutRepetition(errors: readonly FieldError[]): FieldError[] {
  const known = new Set<string>()
  return errors.filter(({ path, message }) => {
    const size = known.size
    return known.add(`${path} ${message}`).size > size
  })
}

/** Makes what tells the validator's errors in our terms: where in the request, and what to send instead. */
export function createDescriber(schema: TSchema, part: Place['in']) {
  const placeOf = createPlaces(part, schema)
  return (errors: readonly TLocalizedValidationError[], value: unknown): readonly FieldError[] => {
    const findings = { schema, value, placeOf, guess: createGuess() }
    return withoutRepetition(mergeForms(withoutItemsOfLong(errors), findings))
  }
}
