import { randomBytes } from 'node:crypto'

/** Makes an account number that no other bank account has. */
export const newAccountNumber = (): string => randomBytes(8).toString('hex').toUpperCase()
