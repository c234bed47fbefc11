/** As the document says of passwords. */
const MIN_PASSWORD_LENGTH = 8

/**
 * Loads the passwords that people use most, in lower case. The list of zxcvbn takes some 25 ms to unpack and 17,950 of
 * them are long enough for an account.
 */
async function load(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  const passwords: readonly string[] = dictionary['passwords-common']
  return new Set(passwords.filter(({ length }) => length >= MIN_PASSWORD_LENGTH))
}

let common: Promise<ReadonlySet<string>> | undefined

/** Whether a password is among those that people use most, without regard to case. The first call loads the list. */
export async function isCommonPassword(password: string): Promise<boolean> {
  common ??= load()
  return (await common).has(password.toLowerCase())
}
