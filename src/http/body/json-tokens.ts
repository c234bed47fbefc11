const [QUOTE, BACKSLASH, MINUS, PLUS, POINT] = [0x22, 0x5c, 0x2d, 0x2b, 0x2e]
const [ZERO, EIGHT, NINE] = [0x30, 0x38, 0x39]
const [SMALL_A, SMALL_C, SMALL_U] = [0x61, 0x63, 0x75]
const FIRST_PRINTABLE = 0x20

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= ZERO && byte <= NINE

const isHex = (byte: number | undefined): boolean =>
  byte !== undefined && (isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66))

/** The characters that may follow a backslash, except `u`. */
const isSimpleEscape = (() => {
  const allowed = new Uint8Array(256)
  for (const byte of Buffer.from('"\\/bfnrt')) allowed[byte] = 1
  return (byte: number | undefined): boolean => byte !== undefined && allowed[byte] === 1
})()

/** The end of the JSON string whose opening quote is at `start`; -1 if it is malformed. */
export function stringEnd(bytes: Buffer, start: number): number {
  const { length } = bytes
  for (let at = start + 1; at < length; at += 1) {
    const byte = bytes[at] as number
    if (byte === QUOTE) return at + 1
    if (byte < FIRST_PRINTABLE) return -1
    if (byte !== BACKSLASH) continue
    at += 1
    if (bytes[at] !== SMALL_U) {
      if (!isSimpleEscape(bytes[at])) return -1
      continue
    }
    for (let digit = 1; digit <= 4; digit += 1) if (!isHex(bytes[at + digit])) return -1
    at += 4
  }
  return -1
}

/** Which half of a surrogate pair an escape's four hex digits encode. */
function halfOf(bytes: Buffer, digits: number): 'first' | 'second' | undefined {
  if (((bytes[digits] as number) | 0x20) !== 0x64) return undefined
  const second = (bytes[digits + 1] as number) | 0x20
  if (second < EIGHT || (second > NINE && second < SMALL_A)) return undefined
  return second < SMALL_C ? 'first' : 'second'
}

/**
 * Whether a string contains half a surrogate pair. UTF-8 cannot encode one, so it must be an
 * escape.
 *
 * @param end the result of {@link stringEnd}
 */
export function hasHalfCharacter(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start + 1; at < end; at += 1) {
    if (bytes[at] !== BACKSLASH) continue
    at += 1
    if (bytes[at] !== SMALL_U) continue
    const half = halfOf(bytes, at + 1)
    at += 4
    if (half === undefined) continue
    const isPair = bytes[at + 1] === BACKSLASH && bytes[at + 2] === SMALL_U
    if (half === 'second' || !isPair || halfOf(bytes, at + 3) !== 'second') return true
    at += 6
  }
  return false
}

function digitsEnd(bytes: Buffer, start: number): number {
  let at = start
  while (isDigit(bytes[at])) at += 1
  return at === start ? -1 : at
}

/** The end of the JSON number at `start`; -1 if it is malformed. */
export function numberEnd(bytes: Buffer, start: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start
  let end = bytes[first] === ZERO ? first + 1 : digitsEnd(bytes, first)
  if (end !== -1 && bytes[end] === POINT) end = digitsEnd(bytes, end + 1)
  if (end === -1 || ((bytes[end] ?? 0) | 0x20) !== 0x65) return end
  const sign = bytes[end + 1]
  return digitsEnd(bytes, sign === PLUS || sign === MINUS ? end + 2 : end + 1)
}

const LITERALS = ['true', 'false', 'null'].map((text) => Buffer.from(text))

/** The end of `true`, `false` or `null` at `start`; -1 if there is none. */
export function literalEnd(bytes: Buffer, start: number): number {
  for (const literal of LITERALS) {
    let length = 0
    while (length < literal.length && bytes[start + length] === literal[length]) length += 1
    if (length === literal.length) return start + length
  }
  return -1
}
