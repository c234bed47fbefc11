import type pg from 'pg'

/** What of pg's connection a COPY needs; its types don't tell of it. */
interface CopyConnection {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** A value in the text format of COPY. */
export type CopyValue = string | number | bigint | Date | Uint8Array | readonly bigint[] | null

function cellText(value: CopyValue): string {
  if (value === null) return '\\N'
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return `{${value.join(',')}}`
  return String(value).replace(/[\\\t\n\r]/g, (character) => `\\${character}`)
}

/** Rows in the text format of COPY. */
export const copyText = (rows: readonly (readonly CopyValue[])[]): Buffer =>
  Buffer.from(rows.map((row) => `${row.map(cellText).join('\t')}\n`).join(''))

/** Stores rows of {@link copyText} with one COPY. @param target the table with its columns, as `users (id, name)` */
export async function copyIn(client: pg.Client, target: string, rows: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let failure: Error | undefined
    client.query({
      submit: (connection: CopyConnection) => connection.query(`COPY ${target} FROM STDIN`),
      handleCopyInResponse(connection: CopyConnection) {
        connection.sendCopyFromChunk(Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength))
        connection.endCopyFrom()
      },
      handleCommandComplete: () => undefined,
      handleError(error: Error) {
        failure = error
        reject(failure)
      },
      handleReadyForQuery: () => (failure ? undefined : resolve()),
    } as unknown as pg.Submittable)
  })
}
