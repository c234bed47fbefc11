import { join, resolve } from 'node:path'
import { createConfig } from '../config.ts'
import { ranOutOfSpace } from '../database/embedded/disk-space.ts'
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.ts'
import { StartupError } from '../errors.ts'
import { within } from '../lib/in-time.ts'
import { persist } from '../lib/persist.ts'
import { runProcess } from '../lib/process.ts'
import { startCommand } from './commands.ts'
import { ensureSecrets } from './kept-secrets.ts'

/** Limit for closing the services after requests and jobs have ended. */
const SERVICES_STOP_MS = 1_500

/**
 * Runs the API and the worker in one process, with an embedded PostgreSQL if DATABASE_URL is not
 * set.
 */
await runProcess(startCommand, async (environment, log) => {
  const dataDir = resolve(environment.DATA_DIR)
  const kept = environment.DATABASE_URL === undefined ? await ensureSecrets(dataDir) : undefined
  const config = createConfig(environment, kept)
  const [postgres, service] = await Promise.all([
    kept && startEmbeddedPostgres({ dataDir, password: kept.databasePassword }),
    import('./service.ts'),
  ])
  const { prepareDatabase, openServices, ensureAdmin, startConsumers, buildApp, listen } = service
  const databaseUrl = postgres?.url ?? (environment.DATABASE_URL as string)
  await prepareDatabase(databaseUrl, environment, config, log)
  const services = openServices(config, databaseUrl, log, 'worker')
  await persist(() => services.keys.start(), log)
  await persist(() => ensureAdmin(services, kept), log)
  await startConsumers(services)
  const { url, close } = await listen(await buildApp(services), config.HOST, config.PORT)
  services.links.leadTo(url)
  let stopping = false
  postgres?.exited.then(async () => {
    if (stopping) return
    if (await ranOutOfSpace(dataDir, join(dataDir, 'postgres.log'))) {
      log.fatal('storage_full: the embedded PostgreSQL stopped because the disk is full')
      throw new StartupError(`The disk of ${dataDir} is full; free some space and start again.`)
    }
    log.fatal('the embedded PostgreSQL stopped unexpectedly')
    throw new StartupError(
      `The embedded PostgreSQL stopped unexpectedly; its log is postgres.log in ${dataDir}.`,
    )
  })
  return {
    ready: service.banner({ url, config, dataDir, kept }),
    async stop() {
      stopping = true
      const limits = service.stopLimits(config, 0)
      await Promise.all([close(limits), services.finishJobs(limits.graceMs)])
      await within(SERVICES_STOP_MS, services.close())
      await postgres?.stop()
    },
  }
})
