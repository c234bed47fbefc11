/**
 * The characters of 0x80 to 0x9f. As on the web, the five unassigned ones are control characters.
 */
const FROM_80 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** The UTF-8 bytes of each of the 256 characters. */
const UTF_8: readonly Buffer[] = Array.from({ length: 256 }, (_, byte) =>
  Buffer.from(FROM_80[byte - 0x80] ?? String.fromCharCode(byte)),
)

/** The most UTF-8 bytes per character. */
const MAX_UTF8_BYTES = 3

/** Converts Windows-1252 to UTF-8. Every byte is a character, so this cannot fail. */
export function windows1252ToUtf8(bytes: Uint8Array): Buffer {
  const utf8 = Buffer.allocUnsafe(bytes.length * MAX_UTF8_BYTES)
  let length = 0
  for (const byte of bytes) {
    if (byte < 0x80) {
      utf8[length] = byte
      length += 1
    } else {
      for (const part of UTF_8[byte] as Buffer) {
        utf8[length] = part
        length += 1
      }
    }
  }
  return utf8.subarray(0, length)
}
