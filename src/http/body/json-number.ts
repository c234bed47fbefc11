/** Numbers of fewer characters have at most 15 significant digits, which JavaScript carries exactly. */
export const MIN_CHECKED_CHARACTERS = 16

/** Longer ones are taken for inexact without a look at their digits. */
const MAX_CHARACTERS = 400

/** The digits that count, whatever the exponent: `-0.0120e5` has `12`. */
function significantDigits(number: string): string {
  const [mantissa = ''] = number.split(/e/i, 1)
  const digits = mantissa.replace(/\D/g, '').replace(/^0+/, '')
  let end = digits.length
  // A regular expression for the zeros at the end would look from each zero to the end.
  while (digits.charAt(end - 1) === '0') end -= 1
  return digits.slice(0, end)
}

/** Whether JavaScript's number for this JSON number stands for the same value, and for no other. */
export function isExactNumber(text: string): boolean {
  if (text.length > MAX_CHARACTERS) return false
  const number = Number(text)
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) return false
  return significantDigits(text) === significantDigits(String(number))
}
