import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { Get } from 'typebox/format'
import '../../../src/http/validation/formats.ts'

/** As much of JSON Schema as the document's requests use. */
export interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly required?: readonly string[]
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly default?: unknown
}

const FORMATS = ['date', 'date-time', 'idn-email', 'uri', 'uri-reference', 'uuid', 'binary']

/**
 * A validator that is not the one of the service: what the two do not agree on is worth a look. Formats
 * alone are the service's own, since the standard leaves them open.
 */
const ajv = new Ajv2020({ strict: false, useDefaults: true, validateSchema: false })
// They say no more than the minimum and the maximum beside them.
for (const name of ['int32', 'int64']) ajv.addFormat(name, true)
for (const name of FORMATS) ajv.addFormat(name, (text: string) => Get(name)?.(text) ?? true)

const compiled = new Map<Schema, ValidateFunction>()

/**
 * What keeps a value from fitting a schema, in a few words; undefined when it fits.
 *
 * @param value defaults are filled in where it lacks them
 */
export function misfit(schema: Schema, value: unknown): string | undefined {
  const check = compiled.get(schema) ?? ajv.compile(schema)
  compiled.set(schema, check)
  if (check(value)) return undefined
  const [first] = check.errors ?? []
  return `${first?.instancePath} ${first?.keyword}`.trim()
}

export const fits = (schema: Schema, value: unknown): boolean => misfit(schema, value) === undefined
