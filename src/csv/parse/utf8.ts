/** How many bytes the character takes that this byte begins; 0 when none begins with it. */
function lengthFrom(lead: number): number {
  if (lead < 0x80) return 1
  if (lead >= 0xc2 && lead <= 0xdf) return 2
  if (lead >= 0xe0 && lead <= 0xef) return 3
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0
}

/** Whether a byte may be the second of a character: no overlong form, no surrogate, nothing too large. */
function mayFollow(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0 && second <= 0xbf
  if (lead === 0xed) return second >= 0x80 && second <= 0x9f
  if (lead === 0xf0) return second >= 0x90 && second <= 0xbf
  if (lead === 0xf4) return second >= 0x80 && second <= 0x8f
  return second >= 0x80 && second <= 0xbf
}

/**
 * How many bytes the valid character at `at` has.
 *
 * @returns 0 when there is none, and -1 when the bytes end before that can be told
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

/** How many bytes at the end begin a character that may go on behind them: 0 to 3. */
export function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const at = bytes.length - back
    if ((bytes[at] as number) >= 0xc0) return characterLength(bytes, at) === -1 ? back : 0
    if ((bytes[at] as number) < 0x80) return 0
  }
  return 0
}
