/**
 * Migrations are append-only: databases that have run one never run it again. Each has its checksum in
 * prisma/migrations/checksums, and this refuses one that was changed, is gone, or does not come last.
 *
 * `tsx scripts/check-migrations.ts check|add [FOLDER]`; with `add` new migrations get their checksums.
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
  summary: `Refuses a migration that was changed, is gone or does not come last, and ${isAdding ? 'notes the checksums of new ones' : 'one without a checksum'}.`,
  document: '{"migrations": COUNT, "added": [NAME, …]}',
  positionals: { usage: '[FOLDER]', min: 0, max: 1 },
} satisfies Command

/** @throws StartupError with a sentence for each migration that is refused */
function check(folder: string): Outcome {
  const checksumsFile = join(folder, 'checksums')

  /** Line ends are as Git has them here, and do not count. */
  const read = (...path: readonly string[]) =>
    readFileSync(join(folder, ...path), 'utf8').replaceAll('\r\n', '\n')
  const checksumOf = (name: string) =>
    createHash('sha256').update(read(name, 'migration.sql')).digest('hex')

  /** Lines as sha256sum writes them. */
  function parse(line: string): readonly [string, string] {
    const [, checksum, name] = /^([0-9a-f]{64}) {2}([^/]+)\/migration\.sql$/.exec(line) ?? []
    if (checksum !== undefined && name !== undefined) return [name, checksum]
    throw new StartupError(
      `${checksumsFile} has a line that is no checksum of a migration: ${line}`,
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
      if (!present.includes(name)) return `${name} is gone; a migration stays.`
      if (checksumOf(name) === checksum) return []
      return `${name} was changed; take the change back, and make it in a new migration.`
    }),
    ...added
      .filter((name) => name < last)
      .map((name) => `${name} comes before ${last}; a new migration comes last.`),
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
