/**
 * Migrations are append-only: databases that have run one never run it again. Each has its checksum in
 * prisma/migrations/checksums, and this refuses one that was changed, is gone, or does not come last.
 *
 * `node scripts/check-migrations.mjs [--add] [FOLDER]`; with --add new migrations get their checksums.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inProject, say } from './prepare/project.mjs'

const args = process.argv.slice(2)
const adding = args[0] === '--add'
const folder = args[adding ? 1 : 0] ?? inProject('prisma/migrations')
const checksumsFile = join(folder, 'checksums')

/** Line ends are as Git has them here, and do not count. */
const read = (...path) => readFileSync(join(folder, ...path), 'utf8').replaceAll('\r\n', '\n')

const checksumOf = (name) => createHash('sha256').update(read(name, 'migration.sql')).digest('hex')

const present = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort()
/** Lines as sha256sum writes them. */
const listed = new Map(
  read('checksums')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => /^([0-9a-f]{64}) {2}([^/]+)\/migration\.sql$/.exec(line) ?? fail(line))
    .map(([, checksum, name]) => [name, checksum]),
)
const last = [...listed.keys()].sort().at(-1) ?? ''
const added = present.filter((name) => !listed.has(name))

function fail(line) {
  say(`${checksumsFile} has a line that is no checksum of a migration: ${line}`)
  process.exit(1)
}

const problems = [
  ...[...listed].flatMap(([name, checksum]) => {
    if (!present.includes(name)) return `${name} is gone; a migration stays.`
    if (checksumOf(name) === checksum) return []
    return `${name} was changed; take the change back, and make it in a new migration.`
  }),
  ...added
    .filter((name) => name < last)
    .map((name) => `${name} comes before ${last}; a new migration comes last.`),
  ...(adding ? [] : added.filter((name) => name > last)).map(
    (name) => `${name} has no checksum; run: npm run migrations:add`,
  ),
]

for (const problem of problems) say(problem)
if (problems.length > 0) process.exit(1)
const lines = added.map((name) => `${checksumOf(name)}  ${name}/migration.sql\n`)
if (adding) appendFileSync(checksumsFile, lines.join(''))
