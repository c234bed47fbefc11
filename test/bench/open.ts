import { resolve } from 'node:path'
import { type Config, createConfig, readEnvironment } from '../../src/config.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.ts'
import { migrate } from '../../src/database/migrate.ts'
import { ensureSecrets } from '../../src/programs/kept-secrets.ts'

/** A migrated database: DATABASE_URL with its secrets, or that of DATA_DIR, which is made when missing. */
export async function openBench(): Promise<{
  readonly url: string
  readonly config: Config
  close(): Promise<void>
}> {
  const environment = readEnvironment({ RATE_LIMIT_PER_MINUTE: '0', ...process.env })
  const dataDir = resolve(environment.DATA_DIR)
  const kept = environment.DATABASE_URL === undefined ? await ensureSecrets(dataDir) : undefined
  const config = createConfig(environment, kept)
  const postgres =
    kept && (await startEmbeddedPostgres({ dataDir, password: kept.databasePassword }))
  const url = postgres?.url ?? (environment.DATABASE_URL as string)
  await migrate(url)
  return { url, config, close: async () => postgres?.stop() }
}
