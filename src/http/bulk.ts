import { STATUS_CODES } from 'node:http'
import type { TSchema } from 'typebox'
import { AppError, bodyError, type FieldError, invalid, MAX_ERRORS } from '../errors.ts'
import type { BulkItemError, BulkMode } from '../generated/schemas.ts'
import { mapInSlices } from '../lib/slices.ts'
import { compileCheck } from './validation/validator.ts'

/** Of an item with more mistakes the first are told. */
const MAX_ITEM_ERRORS = 10

/** An item of a bulk request that passed, or the error it would have had as a request of its own. */
export type Checked<T> = T | AppError

/** What became of one item, as the API shows it. */
export type BulkItem<Name extends string, View> = {
  readonly index: number
  readonly status: number
  readonly error?: BulkItemError
} & { readonly [_ in Name]?: View }

/** Makes the check that each item passes as the body of a request of its own would. */
export function itemReader<T>(schema: TSchema): (item: unknown) => Checked<T> {
  const check = compileCheck(schema, 'body', MAX_ITEM_ERRORS)
  return (item) => {
    const checked = check(item)
    return 'errors' in checked ? invalid(checked.errors) : (checked.value as T)
  }
}

/** Runs a check that throws one of our errors, and returns it in place of throwing. */
export function attempt<T>(check: () => T): Checked<T> {
  try {
    return check()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

/** The items that passed, in their order. */
export const passed = <T>(outcomes: readonly Checked<T>[]): T[] =>
  outcomes.filter((outcome): outcome is T => !(outcome instanceof AppError))

/**
 * Puts what was stored in the place of what passed.
 *
 * @param stored one for each that passed, in their order; undefined where it ran into `taken`
 */
export function withStored<Draft, Stored>(
  drafts: readonly Checked<Draft>[],
  stored: readonly (Stored | undefined)[],
  taken: () => AppError,
): Checked<Stored>[] {
  let next = 0
  return drafts.map((draft) => (draft instanceof AppError ? draft : (stored[next++] ?? taken())))
}

/**
 * Sees to it that an atomic request is whole.
 *
 * @param list the field of the body that holds the items
 * @param fieldOf names the field of the item that an error without a place of its own is about
 * @throws AppError 422 with what is wrong, at each item's place
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

/** An item's error as a request of its own would have had it, without the request id. */
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

/** The answer to a bulk request: what became of each item, in their order. */
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
