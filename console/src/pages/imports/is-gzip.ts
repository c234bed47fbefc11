const MAGIC = [0x1f, 0x8b]

/** Whether a file is compressed, whatever its name says. */
export async function isGzip(file: Blob): Promise<boolean> {
  const start = new Uint8Array(await file.slice(0, MAGIC.length).arrayBuffer())
  return MAGIC.every((byte, index) => start[index] === byte)
}
