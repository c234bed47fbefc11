import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartupError } from '../src/errors.ts'
import type { Outcome } from '../src/lib/process.ts'

/**
 * Migrations are append-only, since databases never run one twice. Their checksums are in the file `checksums` beside
 * them. This refuses a migration that was changed, deleted or inserted before others.
 *
 * @param isAdding whether to record the checksums of new migrations
 * @throws StartupError with one sentence per refused migration
 */
export function checkMigrations(folder: string, isAdding: boolean): Outcome {
  const checksumsFile = join(folder, 'checksums')

  /** Git may check out other line ends, so they do not count. */
  const read = (...path: readonly string[]) =>
    readFileSync(join(folder, ...path), 'utf8').replaceAll('\r\n', '\n')
  const checksumOf = (name: string) =>
    createHash('sha256').update(read(name, 'migration.sql')).digest('hex')

  /** Lines have sha256sum's format. */
  function parse(line: string): readonly [string, string] {
    const [, checksum, name] = /^([0-9a-f]{64}) {2}([^/]+)\/migration\.sql$/.exec(line) ?? []
    if (checksum !== undefined && name !== undefined) return [name, checksum]
    throw new StartupError(
      `${checksumsFile} has a line that is not the checksum of a migration: ${line}`,
    )
  }

  const present = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  const lines = read('checksums').split('\n')
  const listed = new Map(lines.filter((line) => line !== '').map(parse))
  const last = [...listed.keys()].sort().at(-1) ?? ''
  const added = present.filter((name) => !listed.has(name))

  const problems = [
    ...[...listed].flatMap(([name, checksum]) => {
      if (!present.includes(name))
        return `${name} is gone; restore it, since migrations are never deleted.`
      if (checksumOf(name) === checksum) return []
      return `${name} was changed; revert that, and make the change in a new migration.`
    }),
    ...added
      .filter((name) => name < last)
      .map(
        (name) => `${name} comes before ${last}; rename it, since a new migration must come last.`,
      ),
    ...(isAdding ? [] : added.filter((name) => name > last)).map(
      (name) => `${name} has no checksum; run: npm run migrations:add`,
    ),
  ]
  if (problems.length > 0) throw new StartupError(problems.join('\n'))
  const checksums = added.map((name) => `${checksumOf(name)}  ${name}/migration.sql\n`)
  if (isAdding) appendFileSync(checksumsFile, checksums.join(''))
  return {
    text: `${present.length} migrations, ${added.length} added\n`,
    document: { migrations: present.length, added },
  }
}
