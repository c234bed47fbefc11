import { startConsumers } from '../../src/consumers.ts'
import { createLog } from '../../src/lib/log.ts'
import { openServices, type Services } from '../../src/services.ts'
import type { TestService } from './service.ts'

/**
 * Starts a worker on the database of a running service, like a separate process would be. Close it
 * before the service.
 */
export async function startWorker({ services, database }: TestService): Promise<Services> {
  const worker = openServices(services.config, database.url, createLog('silent'), 'worker')
  await startConsumers(worker)
  return worker
}
