/**
 * Refuses migrations that are not only added to, for CI.
 *
 * `tsx scripts/check-migrations.ts check|add [FOLDER]`; `add` records the checksums of new
 * migrations.
 */
import { fileURLToPath } from 'node:url'
import type { Command } from '../src/lib/command-line.ts'
import { runCommand } from '../src/lib/process.ts'
import { checkMigrations } from './migration-checksums.ts'

const [action] = process.argv.splice(2, 1)
const isAdding = action === 'add'

const command = {
  name: `migrations:${isAdding ? 'add' : 'check'}`,
  summary: `Refuses a migration that was changed, is gone or does not come last${isAdding ? '; records the checksums of new ones' : ', or has no checksum'}.`,
  document: '{"migrations": COUNT, "added": [NAME, …]}',
  positionals: { usage: '[FOLDER]', min: 0, max: 1 },
} satisfies Command

const MIGRATIONS = fileURLToPath(new URL('../prisma/migrations', import.meta.url))
await runCommand(command, async ({ positionals: [folder = MIGRATIONS] }) =>
  checkMigrations(folder, isAdding),
)
