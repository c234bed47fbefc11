import { AppError, type FieldError, invalid } from '../../errors.ts'

/**
 * Runs independent checks and reports the errors of all of them together.
 *
 * @returns the checks' results, in order
 * @throws AppError 422
 */
export function checkAll<T extends readonly unknown[]>(
  ...checks: { readonly [K in keyof T]: () => T[K] }
): T {
  const errors: FieldError[] = []
  const results = checks.map((check) => {
    try {
      return check()
    } catch (error) {
      if (!(error instanceof AppError) || error.options.errors === undefined) throw error
      errors.push(...error.options.errors)
      return undefined
    }
  })
  if (errors.length > 0) throw invalid(errors)
  return results as unknown as T
}
