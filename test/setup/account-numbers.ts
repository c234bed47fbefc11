import { randomBytes } from 'node:crypto'

/** A number that no other bank account has. */
export const newAccountNumber = (): string => randomBytes(8).toString('hex').toUpperCase()
