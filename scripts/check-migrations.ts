/**
 * Migrations are append-only, since databases never run one twice. Their checksums are in
 * prisma/migrations/checksums. This script rejects a migration that was changed, deleted or
 * inserted before others.
 *
 * `tsx scripts/check-migrations.ts check|add [FOLDER]`; `add` records the checksums of new
 * migrations.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartupError } from '../src/errors.ts'
import type { Command } from '../src/lib/command-line.ts'
import { type Outcome, runCommand } from '../src/lib/process.ts'

const [action] = process.argv.splice(2, 1)
const isAdding = action === 'add'

const command = {
  name: `migrations:${isAdding ? 'add' : 'check'}`,
  summary: `Refuses a migration that was changed, is gone or does not come last${isAdding ? '; records the checksums of new ones' : ', or has no checksum'}.`,
  document: '{"migrations": COUNT, "added": [NAME, …]}',
  positionals: { usage: '[FOLDER]', min: 0, max: 1 },
} satisfies Command

/** @throws StartupError with one sentence per rejected migration */
function check(folder: string): Outcome {
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

const MIGRATIONS = fileURLToPath(new URL('../prisma/migrations', import.meta.url))
await runCommand(command, async ({ positionals: [folder = MIGRATIONS] }) => check(folder))
