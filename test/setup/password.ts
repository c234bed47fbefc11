import { hashPassword } from '../../src/lib/passwords/passwords.ts'

/** Everybody's password: hashing one for each account would take too long. */
export const PASSWORD = 'staple of many words'

let hashed: Promise<string> | undefined

/** The hash of everybody's password. */
export function hashOfPassword(): Promise<string> {
  hashed ??= hashPassword(PASSWORD)
  return hashed
}
