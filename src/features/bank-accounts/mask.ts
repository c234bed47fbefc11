const SHOWN_CHARACTERS = 4
const MIN_DIGITS = 6

/** Letters and digits, with single blanks or hyphens between them, as account numbers are written. */
const RUN = /[A-Za-z0-9](?:[ -]?[A-Za-z0-9])+/g

/** An account number with an asterisk for each character but the last 4. */
export const maskAccountNumber = (accountNumber: string): string =>
  accountNumber.slice(-SHOWN_CHARACTERS).padStart(accountNumber.length, '*')

const digitsIn = (text: string): number => text.replace(/\D/g, '').length

/** Masks whatever could be an account number in a text: a run with at least six digits. */
export const maskAccountNumbersIn = (text: string): string =>
  text.replace(RUN, (run) => (digitsIn(run) < MIN_DIGITS ? run : maskAccountNumber(run)))
