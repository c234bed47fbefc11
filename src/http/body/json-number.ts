/** Shorter numbers have at most 15 significant digits, which JavaScript represents exactly. */
export const MIN_CHECKED_CHARACTERS = 16

/** Longer numbers count as inexact without being examined. */
const MAX_CHARACTERS = 400

/** The significant digits, ignoring the exponent: `12` for `-0.0120e5`. */
function significantDigits(number: string): string {
  const [mantissa = ''] = number.split(/e/i, 1)
  const digits = mantissa.replace(/\D/g, '').replace(/^0+/, '')
  let end = digits.length
  // A regular expression for trailing zeros would take quadratic time.
  while (digits.charAt(end - 1) === '0') end -= 1
  return digits.slice(0, end)
}

/**
 * Whether JavaScript's number for this JSON number has the same value, and stands for no other.
 */
export function isExactNumber(text: string): boolean {
  if (text.length > MAX_CHARACTERS) return false
  const number = Number(text)
  if (Number.isInteger(number) && !Number.isSafeInteger(number)) return false
  return significantDigits(text) === significantDigits(String(number))
}
