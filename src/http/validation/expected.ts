/** The schema keywords that describe what is expected. */
export interface Described {
  readonly type?: string
  readonly format?: string
  /** The form in words. Text after `: ` is advice and starts with `send`. */
  readonly 'x-expected'?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly properties?: Readonly<Record<string, Described>>
  readonly anyOf?: readonly Described[]
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  null: 'null',
}

/** A date and time without a UTC offset. */
const LOCAL_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?$/i

const isWord = (text: string): boolean => /^[\w-]+$/.test(text)

/** A value as it is sent, quoted where it might be overlooked. */
const display = (value: unknown): string =>
  typeof value === 'string' && isWord(value) ? value : JSON.stringify(value)

function choice(values: readonly unknown[]): string {
  const texts = values.map(display)
  return texts.length > 2 ? `one of ${texts.join(', ')}` : texts.join(' or ')
}

function range(schema: Described): string {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema
  if (above !== undefined && below !== undefined) return ` above ${above} and below ${below}`
  // The largest safe integer means there is no real maximum, so do not mention it.
  if (minimum !== undefined && maximum === Number.MAX_SAFE_INTEGER) return ` of at least ${minimum}`
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  return ''
}

/** Splits `x-expected` into the form in words and the optional advice. */
export function formOf(schema: Described): readonly [form: string, advice: string | undefined] {
  const [form = '', advice] = (schema['x-expected'] ?? '').split(': ')
  return [form, advice]
}

/** Describes a schema's values by their type. */
export function typeOf(schema: Described): string {
  if (schema.enum !== undefined) return choice(schema.enum)
  if (schema.const !== undefined) return display(schema.const)
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ')
  if (schema.type === 'integer') return `an integer${range(schema)}`
  if (schema.type === 'number') return `a number${range(schema)}`
  return TYPES[schema.type ?? ''] ?? 'a different value'
}

/** What to send, phrased to follow a colon. */
export function adviceOf(schema: Described): string {
  const [form, advice] = formOf(schema)
  return advice ?? `send ${form === '' ? typeOf(schema) : form}`
}

/** Why a string does not match a schema's pattern or format. */
export function formMessage(schema: Described, text: unknown): string {
  const forms = [schema, ...(schema.anyOf ?? [])]
  const takesTime = forms.some(({ format }) => format === 'date-time')
  if (takesTime && typeof text === 'string' && LOCAL_TIME.test(text)) {
    return `has no time zone: ${adviceOf(schema)}`
  }
  return `must be ${schema['x-expected'] ?? 'in a different form'}`
}

/** Why a value has the wrong type. */
export function typeMessage(schema: Described): string {
  const [form, advice] = formOf(schema)
  const type = typeOf(schema)
  if (schema.type !== 'string' || form === '') return `must be ${type}`
  return `must be ${type}: ${advice ?? form}`
}
