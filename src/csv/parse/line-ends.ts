import type { LineEnd } from './format.ts'

const LF = 0x0a
const CR = 0x0d

/**
 * Where the first line end from `from` on begins, quoted or not.
 *
 * @param bytes only what is read so far: a `\r` as their last byte is taken for one that no `\n` follows
 * @param to the line end begins before it
 * @returns -1 when there is none
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

/** How many bytes the line end at `at` has. */
export function lineEndBytes(bytes: Uint8Array, at: number, lineEnd: LineEnd): 1 | 2 {
  return lineEnd !== 'cr' && bytes[at] === CR && bytes[at + 1] === LF ? 2 : 1
}

/** Whether the bytes end with a `\r` that may be the half of a line end. */
export function endsInHalf(bytes: Uint8Array, lineEnd: LineEnd): boolean {
  return (lineEnd === 'any' || lineEnd === 'crlf') && bytes[bytes.length - 1] === CR
}
