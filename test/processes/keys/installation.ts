/** Two processes of one installation, in a database of the old keys, that have the new keys as well. */
import { buildApp } from '../../../src/app.ts'
import { createConfig, readEnvironment } from '../../../src/config.ts'
import { requireFittingKeys } from '../../../src/database/key-registry.ts'
import { type OperationId, operations } from '../../../src/generated/operations.ts'
import {
  addEncryptionKeys,
  createEncryptionKeys,
  createKeyChecks,
} from '../../../src/lib/encryption-keys.ts'
import { createLog } from '../../../src/lib/log.ts'
import { createSecrets } from '../../../src/programs/kept-secrets.ts'
import { openServices } from '../../../src/services.ts'
import { type RequestOptions, startTestService, type TestService } from '../../setup/service.ts'

export type Installation = Awaited<ReturnType<typeof startInstallation>>

/** Which process answers. */
export type Process = 'first' | 'second'

async function openSecond({ database, services: { config } }: TestService, keys: string) {
  const environment = readEnvironment({
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '4',
    MAX_REQUESTS_UNDER_WAY: '100',
    RATE_LIMIT_PER_MINUTE: '0',
    ENCRYPTION_KEYS: keys,
    JWT_SECRET: config.jwtSecret,
  })
  const secondConfig = createConfig(environment, createSecrets())
  const services = openServices(secondConfig, database.url, createLog('silent'), 'api')
  await services.keys.start()
  const app = await buildApp(services)

  async function call(operationId: OperationId, request: RequestOptions) {
    const { method, url } = operations[operationId]
    const path = url.replace(/:(\w+)/g, (_, name: string) => String(request.params?.[name]))
    const search = new URLSearchParams(request.query as Record<string, string>)
    const answer = await app.inject({
      method,
      url: `${path}?${search}`,
      headers: { authorization: `Bearer ${request.token}`, ...request.headers },
      ...(request.body !== undefined && { payload: request.body as object }),
    })
    return { status: answer.statusCode, body: answer.body && answer.json() }
  }

  return { services, app, call }
}

/** Starts both processes. */
export async function startInstallation() {
  const oldKeys = createEncryptionKeys()
  const { encryptionKeys: bothKeys } = addEncryptionKeys(oldKeys)
  const newKeys = bothKeys.split(',').slice(0, 2).join(',')
  const service = await startTestService({ worker: true, env: { ENCRYPTION_KEYS: bothKeys } })
  const { url } = service.database

  /** Compares keys with the database, as a program does at its start. */
  const register = (keys: string) =>
    requireFittingKeys(url, {
      checks: createKeyChecks(keys),
      source: 'ENCRYPTION_KEYS',
      fits: async () => true,
    })

  await register(oldKeys)
  await service.services.keys.start()
  await register(bothKeys)
  const second = await openSecond(service, bothKeys)
  const staff = await service.createAccount('staff')

  return {
    service,
    staff,
    bothKeys,
    newKeys,
    register,

    /** Sends a request of staff to one of the processes. */
    async ask(by: Process, operationId: OperationId, request: RequestOptions) {
      const { call } = by === 'first' ? service : second
      return await call(operationId, { ...request, token: staff.token })
    },

    /** Waits until the figures are current. Mails are of no interest here. */
    async settled(): Promise<void> {
      await service.database.query(`DELETE FROM outbox WHERE type = 'welcome_mail.requested'`)
      await service.settled()
    },

    /** Has both processes end their watch of the keys, as stopped ones do. */
    async stopFollowing(): Promise<void> {
      await second.services.keys.close()
      await service.services.keys.close()
    },

    async close(): Promise<void> {
      await second.app.close()
      await second.services.close()
      await service.close()
    },
  }
}
