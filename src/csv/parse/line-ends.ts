import type { LineEnd } from './format.ts'

const LF = 0x0a
const CR = 0x0d

/**
 * The index of the first line end in a range, whether quoted or not.
 *
 * @param bytes only what was read so far: a trailing `\r` counts as not followed by `\n`
 * @param to the line end begins before this index
 * @returns -1 if there is none
 */
export function findLineEnd(bytes: Uint8Array, from: number, to: number, lineEnd: LineEnd): number {
  const lf = lineEnd === 'any' || lineEnd === 'lf' ? LF : -1
  const cr = lineEnd === 'lf' ? -1 : CR
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at]
    if (byte === lf) return at
    if (byte === cr && (lineEnd !== 'crlf' || bytes[at + 1] === LF)) return at
  }
  return -1
}

/** The number of bytes in the line end at `at`. */
export function lineEndBytes(bytes: Uint8Array, at: number, lineEnd: LineEnd): 1 | 2 {
  return lineEnd !== 'cr' && bytes[at] === CR && bytes[at + 1] === LF ? 2 : 1
}

/** Whether the bytes end with a `\r` that may be the first half of a line end. */
export function endsInHalfLineEnd(bytes: Uint8Array, lineEnd: LineEnd): boolean {
  return (lineEnd === 'any' || lineEnd === 'crlf') && bytes[bytes.length - 1] === CR
}
