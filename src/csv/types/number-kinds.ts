import { KIND } from './cell-kinds.ts'

const ZERO = 0x30
const NINE = 0x39
/** 2^63 - 1, and the digits of -2^63. */
const LARGEST = Buffer.from('9223372036854775807')
const SMALLEST = Buffer.from('9223372036854775808')
/** Longer numbers stay text. */
const MAX_BYTES = 1_000
const MAX_EXPONENT_DIGITS = 3
const NUMERIC = KIND.numeric | KIND.asIs
const COMMA = 0x2c
/** The digits between two separators of thousands. */
const GROUP_DIGITS = 3

/** Whether a number with as many digits as the limit does not exceed it. */
function isWithin(bytes: Uint8Array, start: number, limit: Uint8Array): boolean {
  for (let index = 0; index < limit.length; index += 1) {
    const difference = (bytes[start + index] as number) - (limit[index] as number)
    if (difference !== 0) return difference < 0
  }
  return true
}

function integerKinds(bytes: Uint8Array, first: number, end: number, negative: boolean): number {
  const count = end - first
  const integer = KIND.asIs | KIND.integer | KIND.numeric
  if (count > 19 || (count > 1 && bytes[first] === ZERO)) return 0
  if (count === 19 && !isWithin(bytes, first, negative ? SMALLEST : LARGEST)) return 0
  if (count > GROUP_DIGITS) return integer
  const isBit = count === 1 && !negative && (bytes[first] as number) <= ZERO + 1
  return integer | KIND.pointGroups | KIND.commaGroups | (isBit ? KIND.zeroOne : 0)
}

/** The index after the digits that start at `at`. */
function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end && (bytes[next] as number) >= ZERO && (bytes[next] as number) <= NINE) next += 1
  return next
}

/** Whether the rest is an exponent. */
function isExponent(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return false
  const signed = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d
  const first = at + (signed ? 2 : 1)
  const count = end - first
  return count >= 1 && count <= MAX_EXPONENT_DIGITS && skipDigits(bytes, first, end) === end
}

/** Whether the digits before `at` and those after its separator may be groups of thousands. */
function mayBeGroups(bytes: Uint8Array, first: number, at: number, end: number): boolean {
  const isGroup = end - at - 1 === GROUP_DIGITS && skipDigits(bytes, at + 1, end) === end
  return isGroup && at > first && at - first <= GROUP_DIGITS && bytes[first] !== ZERO
}

/**
 * The numeric kinds of the bytes: `-12`, `0.50`, `.5`, `1.5e-7`. A plus sign, leading zeros, an
 * integer beyond 64 bits or an exponent without a point (`12E-3`) make it no number but a code.
 *
 * @returns bits of {@link KIND}, including `asIs`; 0 if the bytes are not a number
 */
export function numberKinds(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === 0x2d
  const first = negative ? start + 1 : start
  const whole = skipDigits(bytes, first, end)
  if (whole === end) return whole > first ? integerKinds(bytes, first, end, negative) : 0
  if (end - start > MAX_BYTES || (whole - first > 1 && bytes[first] === ZERO)) return 0
  const groups = mayBeGroups(bytes, first, whole, end)
  if (bytes[whole] === COMMA) return groups ? KIND.commaGroups : 0
  if (bytes[whole] !== 0x2e) return 0
  const fraction = skipDigits(bytes, whole + 1, end)
  if (fraction === whole + 1) return 0
  if (fraction !== end) return isExponent(bytes, fraction, end) ? NUMERIC : 0
  return groups ? NUMERIC | KIND.pointGroups : NUMERIC
}
