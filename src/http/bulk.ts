import { STATUS_CODES } from 'node:http'
import type { TSchema } from 'typebox'
import { AppError, bodyError, type FieldError, invalid, MAX_ERRORS } from '../errors.ts'
import type { BulkItemError, BulkMode } from '../generated/schemas.ts'
import { mapInSlices } from '../lib/slices.ts'
import { compileCheck } from './validation/validator.ts'

/** At most this many errors are reported for one item. */
const MAX_ITEM_ERRORS = 10

/** A valid item, or the error it would have got as a single request. */
export type Checked<T> = T | AppError

/** The result for one item, as the API shows it. */
export type BulkItem<Name extends string, View> = {
  readonly index: number
  readonly status: number
  readonly error?: BulkItemError
} & { readonly [_ in Name]?: View }

/** Compiles a validator that checks each item like the body of a single request. */
export function itemReader<T>(schema: TSchema): (item: unknown) => Checked<T> {
  const check = compileCheck(schema, 'body', MAX_ITEM_ERRORS)
  return (item) => {
    const checked = check(item)
    return 'errors' in checked ? invalid(checked.errors) : (checked.value as T)
  }
}

/** Runs a check and returns the AppError it throws; other errors are rethrown. */
export function attempt<T>(check: () => T): Checked<T> {
  try {
    return check()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

export const passed = <T>(outcomes: readonly Checked<T>[]): T[] =>
  outcomes.filter((outcome): outcome is T => !(outcome instanceof AppError))

export const refusals = (outcomes: readonly Checked<unknown>[]): AppError[] =>
  outcomes.filter((outcome) => outcome instanceof AppError)

/**
 * Replaces each draft that passed with its stored record.
 *
 * @param stored one entry per draft that passed, in order; undefined where a unique value was
 *   taken
 * @param takenError makes the error for such a draft
 */
export function withStored<Draft, Stored>(
  drafts: readonly Checked<Draft>[],
  stored: readonly (Stored | undefined)[],
  takenError: () => AppError,
): Checked<Stored>[] {
  let next = 0
  return drafts.map((draft) =>
    draft instanceof AppError ? draft : (stored[next++] ?? takenError()),
  )
}

/**
 * Rejects the whole request if the mode is atomic and an item failed.
 *
 * @param list the body field that holds the items
 * @param fieldOf names the field to blame when an item's error has no place of its own
 * @throws AppError 422 listing the errors of all items, at most `MAX_ERRORS`
 */
export function assertWhole(
  mode: BulkMode,
  outcomes: readonly Checked<unknown>[],
  list: string,
  fieldOf: (error: AppError) => string,
): void {
  if (mode === 'partial') return
  const errors: FieldError[] = []
  for (const [index, outcome] of outcomes.entries()) {
    if (!(outcome instanceof AppError)) continue
    const path = `/${list}/${index}`
    const { code, message, options } = outcome
    errors.push(
      ...(options.errors?.map((error) => ({ ...error, path: path + error.path })) ?? [
        bodyError(`${path}/${fieldOf(outcome)}`, code, message),
      ]),
    )
    if (errors.length >= MAX_ERRORS) break
  }
  if (errors.length > 0) throw invalid(errors)
}

/** An item's error as a single request would report it, without the request id. */
function itemError({ status, code, message, options }: AppError): BulkItemError {
  const title = STATUS_CODES[status] ?? 'Error'
  return {
    code,
    status,
    title,
    detail: message,
    ...(options.errors && { errors: [...options.errors] }),
  }
}

/** Builds the response of a bulk request: one result per item, in request order. */
export async function bulkResult<Name extends string, T, View>(
  outcomes: readonly Checked<T>[],
  name: Name,
  view: (stored: T) => View,
) {
  const results = (await mapInSlices(outcomes, (outcome, index) =>
    outcome instanceof AppError
      ? { index, status: outcome.status, error: itemError(outcome) }
      : { index, status: 201, [name]: view(outcome) },
  )) as BulkItem<Name, View>[]
  const created = passed(outcomes).length
  return { created, failed: outcomes.length - created, results }
}
