import { readEnvironment } from '../config.ts'
import { migrate } from '../database/migrate.ts'
import { runCommand } from '../lib/process.ts'
import { migrateCommand } from './commands.ts'
import { openDatabaseAccess } from './database-access.ts'

/**
 * `npm run migrate`: applies the pending migrations. Safe to run at any time, several times at
 * once.
 */
await runCommand(migrateCommand, async () => {
  const access = await openDatabaseAccess(readEnvironment(process.env))
  try {
    const applied = await migrate(access.url)
    return {
      text:
        applied.length === 0 ? 'The database is up to date.\n' : `Applied ${applied.join(', ')}.\n`,
      document: { applied },
    }
  } finally {
    await access.close()
  }
})
