const LF = 0x0a
const CR = 0x0d

/** Where the last `count` lines begin. A line that nothing ends is one as well. */
function startOfLast(bytes: Buffer, count: number, lineEnd: number): number {
  let end = bytes.length
  if (bytes[end - 1] === lineEnd) end -= 1
  for (let line = 0; line < count && end >= 0; line += 1) {
    end = end === 0 ? -1 : bytes.lastIndexOf(lineEnd, end - 1)
  }
  return end + 1
}

/**
 * Leaves out the last lines of a text; holds them, and a chunk, in memory.
 *
 * @param cr whether lines end with a carriage return alone
 */
export async function* withoutLastLines(
  chunks: AsyncIterable<Buffer>,
  count: number,
  cr: boolean,
): AsyncGenerator<Buffer, void> {
  const lineEnd = cr ? CR : LF
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk])
    // One line more: whether something follows the last line end is not known yet.
    const cut = startOfLast(held, count + 1, lineEnd)
    if (cut > 0) yield held.subarray(0, cut)
    held = held.subarray(cut)
  }
  const rest = held.subarray(0, startOfLast(held, count, lineEnd))
  if (rest.length > 0) yield rest
}
