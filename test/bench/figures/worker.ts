import { join } from 'node:path'

/** The worker of a checkout, in a process of its own. It looks for work when told to, and says what it has used. */
const load = (path: string) => import(join(process.env['CHECKOUT'] as string, path))
const { createConfig, readEnvironment } = await load('src/config.ts')
const { createSecrets } = await load('src/programs/kept-secrets.ts')
const { openServices } = await load('src/services.ts')
const { startConsumers } = await load('src/consumers.ts')
const { createLog } = await load('src/lib/log.ts')

const environment = readEnvironment({ RATE_LIMIT_PER_MINUTE: '0', ...process.env })
const config = createConfig(environment, createSecrets())
const services = openServices(config, environment.DATABASE_URL, createLog('warn'), 'worker')
await services.keys.start()
await startConsumers(services)

process.on('message', async (asked: 'nudge' | 'cpu') => {
  if (asked === 'nudge') services.outbox.nudge()
  else {
    const { user, system } = process.cpuUsage()
    process.send?.((user + system) / 1_000)
  }
})
process.on('disconnect', async () => {
  await services.finishJobs(5_000)
  await services.close()
  process.exit(0)
})
process.send?.('ready')
