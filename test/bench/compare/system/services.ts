import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { superuserUrl } from '../../../../src/database/embedded/address.ts'
import { startEmbeddedPostgres } from '../../../../src/database/embedded/embedded-postgres.ts'
import { readPostmasterFile } from '../../../../src/database/embedded/postmaster-file.ts'
import { migrate } from '../../../../src/database/migrate.ts'
import { StartupError } from '../../../../src/errors.ts'
import { createSecrets } from '../../../../src/programs/kept-secrets.ts'
import type { Opened } from '../../../chaos/servers/topology.ts'
import { startRedis } from '../../../setup/servers/redis.ts'

export type Services = Awaited<ReturnType<typeof openServices>>

async function requireRedis(): Promise<void> {
  await promisify(execFile)('redis-server', ['--version']).catch((cause: Error) => {
    throw new StartupError('redis-server is missing; on Debian, `apt-get install redis-server`.', {
      cause,
    })
  })
}

/** A PostgreSQL that loses nothing in a crash, and a Redis: new ones, for all targets. */
export async function openServices(folder: string, opened: Opened) {
  await requireRedis()
  const secrets = createSecrets()
  const { databasePassword: password } = secrets
  const postgres = await startEmbeddedPostgres({ dataDir: folder, password })
  opened('PostgreSQL', postgres.stop)
  const redis = await startRedis()
  opened('Redis', redis.close)
  await migrate(postgres.url)
  const port = Number(new URL(postgres.url).port)
  const admin = new pg.Client({ connectionString: postgres.superuserUrl })
  await admin.connect()

  /** Makes a database. @returns its URL */
  async function createDatabase(name: string): Promise<string> {
    await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
    return superuserUrl(port, password, name)
  }
  const peersUrl = await createDatabase('peers')
  const limitsUrl = await createDatabase('limits')
  await migrate(limitsUrl)
  const { rows } = await admin.query<{ version: string }>('SELECT version()')
  await admin.end()

  return {
    folder,
    secrets,
    passbookUrl: postgres.url,
    peersUrl,
    /** Passbook's tables, which no process works on. */
    limitsUrl,
    postgresVersion: rows[0]?.version ?? '',
    postgresPid: (await readPostmasterFile(join(folder, 'postgres')))?.pid as number,
    redisUrl: redis.url,
    redisPid: redis.pid() as number,
  }
}
