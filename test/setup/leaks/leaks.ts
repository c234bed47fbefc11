import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryOnce } from '../figures.ts'

/** Data to search, with a name. */
export interface Haystack {
  readonly where: string
  readonly bytes: Buffer
}

/** A value in hex, and inside base64 at each of the three possible alignments. */
function encodings(value: string): string[] {
  const within = [0, 1, 2].map((before) => {
    const base64 = Buffer.from('\0'.repeat(before) + value).toString('base64')
    // The characters at both ends also encode neighbouring bits.
    return base64.slice(before === 0 ? 0 : before + 1, -4)
  })
  return [Buffer.from(value).toString('hex'), ...within]
}

/**
 * Searches for values in any case, and encoded.
 *
 * @returns which value was found where
 */
export function findLeaks(values: readonly string[], haystacks: readonly Haystack[]): string[] {
  const leaks: string[] = []
  for (const { where, bytes } of haystacks) {
    const lower = Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1')
    for (const value of values) {
      const plain = lower.includes(value.toLowerCase())
      if (plain || encodings(value).some((text) => bytes.includes(text)))
        leaks.push(`${value} in ${where}`)
    }
  }
  return leaks
}

/**
 * Dumps every row of every table as text, followed by the decoded binary values.
 *
 * @param url the superuser's, as PostgreSQL keeps values in its statistics too
 */
export async function dumpDatabase(url: string): Promise<Haystack[]> {
  await queryOnce(url, 'ANALYZE')
  const tables = await queryOnce<{ name: string }>(
    url,
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'p', 'm')`,
  )
  const dumps: Haystack[] = []
  for (const { name } of tables) {
    const rows = await queryOnce<{ row: string }>(url, `SELECT t::text AS row FROM ${name} AS t`)
    const text = rows.map(({ row }) => row).join('\n')
    const binary = [...text.matchAll(/\\x([0-9a-f]{2,})/g)].map(([, hex = '']) =>
      Buffer.from(hex, 'hex'),
    )
    dumps.push({ where: name, bytes: Buffer.concat([Buffer.from(text), ...binary]) })
  }
  return dumps
}

/** Reads every file below a folder. */
export async function readFiles(folder: string): Promise<Haystack[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const where = join(parentPath, name)
      return { where, bytes: await readFile(where) }
    }),
  )
}
