import type { Database, PlainDatabase } from '../../database/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'

/**
 * What is stored of an import in chunks: the uploaded file, that of its rejects, and the lines that are
 * neither loaded nor refused.
 */
export type ImportPart = 'upload' | 'rejects' | 'listed'

export type Chunks = ReturnType<typeof createChunks>

const address = (importId: bigint, part: ImportPart, position: number) => ({
  table: 'import_chunks',
  column: `${part}:${position}`,
  userId: importId,
})

/**
 * Stores the files of imports in the database, in encrypted chunks. Any process with the database
 * and the keys can read them, on any machine.
 */
export function createChunks(deps: {
  readonly database: Database
  readonly plain: PlainDatabase
  readonly crypto: FieldCrypto
}) {
  const { database, plain, crypto } = deps

  async function readOne(
    importId: bigint,
    part: ImportPart,
    position: number,
  ): Promise<Buffer | undefined> {
    const [row] = await plain.rows<{ content: Buffer }>(
      'SELECT content FROM import_chunks WHERE import_id = $1 AND part = $2 AND position = $3',
      [importId, part, position],
    )
    return row && crypto.decryptBytes(address(importId, part, position), row.content)
  }

  return {
    /** Stores a chunk at a position. */
    async append(
      importId: bigint,
      part: ImportPart,
      position: number,
      bytes: Uint8Array,
    ): Promise<void> {
      const content = Buffer.from(
        crypto.encryptBytes(address(importId, part, position), bytes).buffer,
      )
      await plain.rows(
        `WITH fast AS (SELECT set_config('synchronous_commit', 'off', true))
        INSERT INTO import_chunks (import_id, part, position, content)
        SELECT $1, $2::"ImportPart", $3, $4 FROM fast`,
        [importId, part, position, content],
      )
    },

    /** Reads the chunks in order. Reads the next one ahead. */
    async *read(importId: bigint, part: ImportPart): AsyncGenerator<Buffer, void> {
      let next = readOne(importId, part, 0)
      for (let position = 1; ; position += 1) {
        const bytes = await next
        if (bytes === undefined) return
        next = readOne(importId, part, position)
        // A consumer that stops here never awaits it.
        next.catch(() => undefined)
        yield bytes
      }
    },

    async remove(importId: bigint, part: ImportPart): Promise<void> {
      await database.importChunk.deleteMany({ where: { importId, part } })
    },
  }
}
