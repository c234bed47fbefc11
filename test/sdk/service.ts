import { randomBytes } from 'node:crypto'
import { createDataDir, startProcess } from '../setup/servers/processes.ts'

/** Where a journey goes, as environment variables. */
export interface Served {
  readonly PASSBOOK_URL: string
  readonly PASSBOOK_USERNAME: string
  readonly PASSBOOK_PASSWORD: string
}

/** Starts a fresh service of its own, and ends it after the work. */
export async function withService<T>(work: (served: Served) => Promise<T>): Promise<T> {
  const dataDir = await createDataDir()
  const password = randomBytes(12).toString('hex')
  const env = { DATA_DIR: dataDir.path, ADMIN_PASSWORD: password, LOG_LEVEL: 'warn' }
  const service = startProcess('main', env)
  try {
    const url = await service.url()
    return await work({
      PASSBOOK_URL: url,
      PASSBOOK_USERNAME: 'admin',
      PASSBOOK_PASSWORD: password,
    })
  } finally {
    await service.end('SIGTERM')
    await dataDir.remove()
  }
}
