import { AppError, type FieldError, invalid } from '../../errors.ts'

/**
 * Runs checks that do not depend on each other, and has what all of them find told in one answer.
 *
 * @returns what each made, in their order
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
