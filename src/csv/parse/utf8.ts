/** The length of the character that this byte begins; 0 if it begins none. */
function lengthFrom(lead: number): number {
  if (lead < 0x80) return 1
  if (lead >= 0xc2 && lead <= 0xdf) return 2
  if (lead >= 0xe0 && lead <= 0xef) return 3
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0
}

/** Whether a byte may come second: no overlong form, no surrogate, not above U+10FFFF. */
function mayFollow(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0 && second <= 0xbf
  if (lead === 0xed) return second >= 0x80 && second <= 0x9f
  if (lead === 0xf0) return second >= 0x90 && second <= 0xbf
  if (lead === 0xf4) return second >= 0x80 && second <= 0x8f
  return second >= 0x80 && second <= 0xbf
}

/**
 * The length of the valid character at `at`.
 *
 * @returns 0 if there is none, -1 if the bytes end too early to tell
 */
export function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number
  const length = lengthFrom(lead)
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index]
    if (byte === undefined) return -1
    const fits = index === 1 ? mayFollow(lead, byte) : byte >= 0x80 && byte <= 0xbf
    if (!fits) return 0
  }
  return length
}

/** The number of bytes at the end that begin an incomplete character: 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const at = bytes.length - back
    if ((bytes[at] as number) >= 0xc0) return characterLength(bytes, at) === -1 ? back : 0
    if ((bytes[at] as number) < 0x80) return 0
  }
  return 0
}
