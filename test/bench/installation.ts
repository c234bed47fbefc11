import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../setup/servers/redis.ts'
import { openBench } from './open.ts'

export type Installation = Awaited<ReturnType<typeof openInstallation>>

/** What processes of an API and a worker need: a database, Redis and a data folder, all of them new. */
export async function openInstallation() {
  const dataDir = await mkdtemp(join(tmpdir(), 'passbook-bench-'))
  process.env['DATA_DIR'] = dataDir
  const { url, config, close } = await openBench()
  const redis = await startRedis()
  const admin = { username: 'admin', password: 'only for this measurement' }
  return {
    admin,
    /** The environment of its processes. */
    env: {
      DATABASE_URL: url,
      REDIS_URL: redis.url,
      JWT_SECRET: config.jwtSecret,
      ENCRYPTION_KEYS: config.encryptionKeys,
      ADMIN_USERNAME: admin.username,
      ADMIN_PASSWORD: admin.password,
      DATA_DIR: dataDir,
    },
    /** Closes it, after its processes have ended. */
    async close(): Promise<void> {
      await redis.close()
      await close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
