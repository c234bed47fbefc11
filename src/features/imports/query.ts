import type { Static } from 'typebox'
import type { GivenDialect } from '../../csv/detect/dialect.ts'
import type { NumberFormat } from '../../csv/types/number-format.ts'
import { type FieldError, invalid, queryError } from '../../errors.ts'
import type { operations } from '../../generated/operations.ts'
import type { ImportKind } from './kinds/loader.ts'
import type { ImportOptions } from './kinds/options.ts'
import { FIELDS_OF_KIND } from './kinds/shapes.ts'

/** The query of `POST /v1/imports`. */
export type ImportQuery = Static<(typeof operations)['createImport']['schema']['querystring']>

/** The parts of the dialect that the request gives. */
function dialectOf(query: ImportQuery): GivenDialect {
  const { delimiter, quote, escape: escaping, encoding, header } = query
  const { line_end, preamble_lines, footer_lines } = query
  return {
    ...(delimiter !== undefined && { delimiter: delimiter === 'tab' ? '\t' : delimiter }),
    ...(quote !== undefined && { quote: quote === 'none' ? null : quote }),
    ...(escaping !== undefined && { escape: escaping }),
    ...(encoding !== undefined && {
      encoding: encoding === 'latin-1' ? 'windows-1252' : encoding,
    }),
    ...(line_end !== undefined && { lineEnd: line_end }),
    ...(header !== undefined && { header }),
    ...(preamble_lines !== undefined && { preambleLines: preamble_lines }),
    ...(footer_lines !== undefined && { footerLines: footer_lines }),
  }
}

const THOUSANDS = { none: null, ',': ',', '.': '.', "'": "'", space: ' ' } as const

/** How numbers are written. A given decimal point is kept only where it makes a difference. */
function numbersOf(query: ImportQuery): NumberFormat {
  const { decimal = '.', thousands = 'none', currency_signs = false } = query
  const accounting = query.amounts === 'accounting'
  const tells = query.decimal !== undefined && (accounting || decimal === '.')
  return {
    decimal,
    thousands: THOUSANDS[thousands],
    currencySigns: currency_signs,
    ...(tells && { isDeclared: true }),
    ...(accounting && { accounting: true }),
  }
}

/** The options of an import, from the query of its request. */
export const toOptions = (query: ImportQuery): ImportOptions => ({
  ...(query.welcome && { welcome: true }),
  dryRun: query.dry_run,
  onError: query.on_error ?? 'skip',
  maxErrors: query.max_errors ?? null,
  types: query.types ?? 'infer',
  ragged: query.ragged ?? 'reject',
  ifExists: query.if_exists,
  dialect: dialectOf(query),
  nulls: query.null ?? null,
  numbers: numbersOf(query),
  critical: query.critical ?? [],
  defaults: query.default ?? {},
  primaryKey: query.primary_key ?? [],
  rename: query.rename ?? {},
  ...(query.type && { columnTypes: query.type }),
  ...(query.date_order && { dateOrder: query.date_order }),
  ...(query.column && { fieldColumns: query.column }),
  ...(query.user_id && { userId: query.user_id }),
  ...(query.currency && { currency: query.currency }),
  ...(query.reference && { hashReference: true }),
})

/** The parameters that are for some kinds alone. */
const KINDS_OF_OPTIONS: readonly (readonly [keyof ImportQuery, readonly ImportKind[]])[] = [
  ['welcome', ['users']],
  ['primary_key', ['dataset']],
  ['type', ['dataset']],
  ['column', ['users', 'transactions']],
  ['user_id', ['transactions']],
  ['user_email', ['transactions']],
  ['currency', ['transactions']],
  ['reference', ['transactions']],
]

/** Errors of `column[FIELD]=` whose field the kind does not have. */
function unknownFields({ kind, column = {} }: ImportQuery): FieldError[] {
  if (kind === 'dataset') return []
  const known = FIELDS_OF_KIND[kind]
  const all = Object.values(FIELDS_OF_KIND).flat()
  return Object.keys(column)
    .filter((field) => !known.includes(field))
    .map((field) => {
      const code = all.includes(field) ? 'not_for_kind' : 'unknown_field'
      return queryError(`column[${field}]`, code, `is none of ${known.join(', ')}`)
    })
}

/**
 * Refuses options that the kind of import does not have, or that contradict each other.
 *
 * @throws AppError 422 `not_for_kind`, `unknown_field`, `contradiction`
 */
export function assertOptionsOfKind(query: ImportQuery): void {
  const { kind, if_exists, types, type, user_id, user_email } = query
  const errors: FieldError[] = []
  const refuse = (name: string, kinds: readonly ImportKind[]) =>
    errors.push(queryError(name, 'not_for_kind', `is for kind=${kinds.join(' and ')} alone`))
  for (const [name, kinds] of KINDS_OF_OPTIONS) {
    const given = query[name] !== undefined && query[name] !== false
    if (given && !kinds.includes(kind)) refuse(name, kinds)
  }
  if (kind !== 'dataset' && if_exists === 'replace') refuse('if_exists', ['dataset'])
  errors.push(...unknownFields(query))
  if (types === 'text' && type !== undefined)
    errors.push(queryError('type', 'contradiction', 'cannot be given with types=text'))
  if (user_id !== undefined && user_email !== undefined)
    errors.push(queryError('user_email', 'contradiction', 'cannot be given with user_id'))
  if (errors.length > 0) throw invalid(errors)
}
