const LF = 0x0a
const CR = 0x0d

/** The index where the last `count` lines begin. An unterminated line counts as one. */
function startOfLast(bytes: Buffer, count: number, lineEnd: number): number {
  let end = bytes.length
  if (bytes[end - 1] === lineEnd) end -= 1
  for (let line = 0; line < count && end >= 0; line += 1) {
    end = end === 0 ? -1 : bytes.lastIndexOf(lineEnd, end - 1)
  }
  return end + 1
}

/**
 * Drops the last lines of a text, keeping them and one chunk in memory.
 *
 * @param cr whether lines end with a lone carriage return
 * @param onDropped receives the dropped lines in the end
 */
export async function* withoutLastLines(
  chunks: AsyncIterable<Buffer>,
  count: number,
  cr: boolean,
  onDropped: (lines: Buffer) => void,
): AsyncGenerator<Buffer, void> {
  const lineEnd = cr ? CR : LF
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk])
    // Keep one more line: something may still follow the last line end.
    const cut = startOfLast(pending, count + 1, lineEnd)
    if (cut > 0) yield pending.subarray(0, cut)
    pending = pending.subarray(cut)
  }
  const cut = startOfLast(pending, count, lineEnd)
  if (cut > 0) yield pending.subarray(0, cut)
  onDropped(pending.subarray(cut))
}
