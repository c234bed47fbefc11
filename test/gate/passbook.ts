import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildApp } from '../../src/app.ts'
import { createConfig, readEnvironment } from '../../src/config.ts'
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.ts'
import { migrate } from '../../src/database/migrate.ts'
import type { Bus } from '../../src/lib/children/bus.ts'
import { openFileLog } from '../../src/lib/log.ts'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { openServices } from '../../src/services.ts'

export type Passbook = Awaited<ReturnType<typeof openPassbook>>

/** A bus on which nobody listens. So this process leaves the outbox to a worker that is not there. */
const NOBODY: Bus = {
  tell: () => undefined,
  listen: () => undefined,
  ask: async () => [],
  answer: () => undefined,
}

/** Opens the API in this process, on a new database and without Redis, port or worker. */
export async function openPassbook() {
  const dataDir = await mkdtemp(join(tmpdir(), 'passbook-gate-'))
  const postgres = await startEmbeddedPostgres({ dataDir, password: 'gate', fast: true })
  await migrate(postgres.url)
  const environment = readEnvironment({
    DATA_DIR: dataDir,
    DATABASE_URL: postgres.url,
    DATABASE_POOL_SIZE: '10',
    MAX_REQUESTS_UNDER_WAY: '100',
    RATE_LIMIT_PER_MINUTE: '0',
    API_PROCESSES: '1',
  })
  // Lines are made as always, and go nowhere.
  const { log, close: closeLog } = openFileLog('info', '/dev/null')
  const services = openServices(
    createConfig(environment, createSecrets()),
    postgres.url,
    log,
    'api',
    { bus: NOBODY, hasWorker: true },
  )
  const app = await buildApp(services)
  return {
    app,
    services,
    async close(): Promise<void> {
      await app.close()
      await services.close()
      closeLog()
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
