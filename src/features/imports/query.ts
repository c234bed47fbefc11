import type { Static } from 'typebox'
import type { GivenDialect } from '../../csv/detect/dialect.ts'
import { type FieldError, invalid, queryError } from '../../errors.ts'
import type { operations } from '../../generated/operations.ts'
import type { ImportOptions } from './kinds/options.ts'

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

/** The options of an import, from the query of its request. */
export const toOptions = (query: ImportQuery): ImportOptions => ({
  ...(query.welcome && { welcome: true }),
  dryRun: query.dry_run,
  onError: query.on_error,
  maxErrors: query.max_errors ?? null,
  types: query.types,
  ragged: query.ragged,
  ifExists: query.if_exists,
  dialect: dialectOf(query),
  nulls: query.null ?? null,
  numbers: {
    decimal: query.decimal,
    thousands: THOUSANDS[query.thousands],
    currencySigns: query.currency_signs,
  },
  critical: query.critical ?? [],
  defaults: query.default ?? {},
  primaryKey: query.primary_key ?? [],
  rename: query.rename ?? {},
})

/** Refuses options that the kind of import does not have. @throws AppError 422 `not_for_kind` */
export function assertOptionsOfKind({ kind, welcome, primary_key, if_exists }: ImportQuery): void {
  const errors: FieldError[] = []
  const refuse = (name: string, owner: string) =>
    errors.push(queryError(name, 'not_for_kind', `is for kind=${owner} alone`))
  if (kind !== 'users' && welcome) refuse('welcome', 'users')
  if (kind !== 'dataset' && primary_key !== undefined) refuse('primary_key', 'dataset')
  if (kind !== 'dataset' && if_exists === 'replace') refuse('if_exists', 'dataset')
  if (errors.length > 0) throw invalid(errors)
}
