import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { LightMyRequestResponse } from 'fastify'
import { vi } from 'vitest'
import { buildApp, type Limits } from '../../src/app.ts'
import { createConfig, readEnvironment } from '../../src/config.ts'
import { startConsumers } from '../../src/consumers.ts'
import { type OperationId, operations } from '../../src/generated/operations.ts'
import type { Role, Transaction, TransactionCreate, User } from '../../src/generated/schemas.ts'
import { createLog, type Log } from '../../src/lib/log.ts'
import { createSecrets } from '../../src/programs/kept-secrets.ts'
import { openServices } from '../../src/services.ts'
import { createAccessToken } from './access-token.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { ENDLESS } from './http/endless.ts'
import { assertDocumented } from './http/response-check.ts'
import { hashOfPassword, PASSWORD } from './password.ts'

/** The parts of a request; all are optional. */
export interface RequestOptions {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[]>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** An access token. */
  readonly token?: string
}

export interface TestResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>
  // biome-ignore lint/suspicious/noExplicitAny: tests read any field; its shape was checked against the document
  readonly body: any
}

/** An account that can log in, with its access token. */
export interface Account {
  readonly id: number
  readonly username: string
  readonly password: string
  readonly token: string
}

export type TestService = Awaited<ReturnType<typeof startTestService>>

/**
 * Starts Passbook on its own database, in this process and without a port. Every answer is checked
 * against the OpenAPI document before a test sees it.
 *
 * @param options `worker`: whether to process events; `env`: additional environment variables; `limits`: shorter waits;
 *   `log`: where Passbook logs to; `through`: returns the URL under which Passbook reaches its database
 */
export async function startTestService(
  options: {
    readonly worker?: boolean
    readonly env?: Readonly<Record<string, string>>
    readonly limits?: Limits
    readonly log?: Log
    readonly through?: (databaseUrl: string) => Promise<string>
  } = {},
) {
  const database: TestDatabase = await createTestDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'passbook-test-'))
  const environment = readEnvironment({
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    DATABASE_URL: database.url,
    DATABASE_POOL_SIZE: '6',
    // Such a small pool would otherwise refuse the tests' bursts of requests.
    MAX_REQUESTS_UNDER_WAY: '100',
    RATE_LIMIT_PER_MINUTE: '0',
    ...options.env,
  })
  const config = createConfig(environment, createSecrets())
  const role = options.worker ? 'worker' : 'api'
  const url = (await options.through?.(database.url)) ?? database.url
  const log = options.log ?? createLog(config.LOG_LEVEL)
  const services = openServices(config, url, log, role)
  if (options.worker) await startConsumers(services)
  const app = await buildApp(services, options.limits)

  async function call(
    operationId: OperationId,
    request: RequestOptions = {},
  ): Promise<TestResponse> {
    const { method, url } = operations[operationId]
    const { params = {}, query = {}, body, headers, token } = request
    const path = url.replace(/:(\w+)/g, (_, name: string) =>
      encodeURIComponent(String(params[name])),
    )
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      for (const item of Array.isArray(value) ? value : [value]) search.append(name, String(item))
    }
    const { takesFile, takesForm } = operations[operationId]
    const isForm = takesForm && typeof body === 'object' && !Buffer.isBuffer(body)
    const isEndless = ENDLESS.has(operationId)
    const response = await app.inject({
      method,
      payloadAsStream: isEndless,
      url: search.size > 0 ? `${path}?${search}` : path,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(takesFile && { 'content-type': 'text/csv' }),
        ...(takesForm && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(body !== undefined && {
        payload: isForm
          ? new URLSearchParams(body as Record<string, string>).toString()
          : (body as object),
      }),
    })
    const contentType = response.headers['content-type']?.toString()
    const sent = isEndless ? await begun(response, contentType) : response.body
    const json = contentType?.includes('json') ? JSON.parse(sent) : sent
    assertDocumented(operationId, { status: response.statusCode, contentType, body: json })
    return { status: response.statusCode, headers: response.headers, body: json }
  }

  /** Leaves an answer that has begun to go on; reads one that was refused. */
  async function begun(response: LightMyRequestResponse, contentType?: string): Promise<string> {
    if (contentType !== 'text/event-stream') return await text(response.stream())
    response.stream().destroy()
    return ''
  }

  /** Creates an account, and a session of it. */
  async function createAccount(role: Role = 'user'): Promise<Account> {
    const username = `${role}-${randomBytes(6).toString('hex')}`
    const passwordHash = await hashOfPassword()
    const { id } = await services.users.create({ name: username, username, role, passwordHash })
    const token = await createAccessToken({ app, services }, id)
    return { id: Number(id), username, password: PASSWORD, token }
  }

  /** Logs an account in. @returns it, with the token of the new session */
  async function logIn(account: Account): Promise<Account> {
    const { username, password } = account
    const { body } = await call('login', { body: { username, password } })
    return { ...account, token: body.access_token }
  }

  /** Creates a customer without a login, as staff. */
  async function createCustomer(token: string, fields: Partial<User> = {}): Promise<User> {
    const email = `${randomBytes(8).toString('hex')}@customers.example`
    const { body } = await call('createUser', {
      token,
      body: { name: 'Test Customer', email, ...fields },
    })
    return body
  }

  /** Creates a transaction, filling in fields the test does not care about. */
  async function createTransaction(
    token: string,
    fields: Partial<TransactionCreate> & { readonly user_id: number },
  ): Promise<Transaction> {
    const { body } = await call('createTransaction', {
      token,
      body: {
        transaction_date: '2026-03-01',
        transaction_amount: '10.00',
        transaction_type: 'credit',
        ...fields,
      },
    })
    return body
  }

  return {
    app,
    services,
    database,
    dataDir,
    call,
    createAccount,
    logIn,
    createCustomer,
    createTransaction,
    /** Waits, in milliseconds at most, until the figures contain every committed change. Needs `worker`. */
    async settled(timeout = 15_000): Promise<void> {
      const waiting = async () => {
        const [row] = await database.query<{ count: string }>('SELECT count(*) FROM outbox')
        if (row?.count !== '0') throw new Error(`${row?.count} changes wait`)
      }
      await vi.waitFor(waiting, { timeout, interval: 20 })
    },
    async close(): Promise<void> {
      await app.close()
      await services.close()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
