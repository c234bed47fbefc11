import { bodyError, invalid } from '../../errors.ts'
import { isCommonPassword } from '../../lib/passwords/common-passwords.ts'

/**
 * Refuses a new password that guessing would begin with: a common one, or the account's user name. Its length is the
 * schema's to check.
 *
 * @param account its user name, if it has one, and the field of the body that the password came in
 * @throws AppError 422 `common_password`
 */
export async function assertAcceptablePassword(
  password: string,
  { username, field = 'password' }: { readonly username?: string | null; readonly field?: string },
): Promise<void> {
  const isUsername = password.toLowerCase() === username?.toLowerCase()
  if (!isUsername && !(await isCommonPassword(password))) return
  const message =
    'is one of the first that anybody would guess: send one that few others use, such as several unrelated words'
  throw invalid([bodyError(`/${field}`, 'common_password', message)])
}
