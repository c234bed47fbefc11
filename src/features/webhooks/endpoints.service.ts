import type { Database, DatabaseTransaction } from '../../database/client.ts'
import { bodyError, conflict, invalid, notFound } from '../../errors.ts'
import type { WebhookEndpointCreate, WebhookEndpointUpdate } from '../../generated/schemas.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import { checkAll } from '../../http/validation/check-all.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { DAY_MS } from '../../lib/day.ts'
import { createWebhookSecret } from '../../lib/webhooks/signature.ts'
import { problemOfUrl } from '../../lib/webhooks/target-url.ts'
import {
  decryptEndpoint,
  type EndpointRecord,
  encryptSecret,
  encryptUrl,
  toFormerSecret,
} from './endpoints.ts'
import { resumeLanes } from './lanes.ts'

/** Each endpoint has turns of its own, so there cannot be any number of them. */
export const MAX_ENDPOINTS = 50
/** For how long the secret before a new one still signs. */
const FORMER_SECRET_MS = DAY_MS
const ALL_TYPES = ['*']

interface Deps {
  readonly database: Database
  readonly crypto: FieldCrypto
  /** Whether plain HTTP and private hosts are fine. */
  readonly allowPrivate: boolean
}

type Target = Partial<Pick<WebhookEndpointCreate, 'url' | 'event_types'>>

export type EndpointService = ReturnType<typeof createEndpointService>

const missing = (id: number) => notFound('Webhook endpoint', id)

export function createEndpointService({ database, crypto, allowPrivate }: Deps) {
  function assertUrl(url: string | undefined): void {
    const problem = url === undefined ? undefined : problemOfUrl(url, allowPrivate)
    if (problem) throw invalid([bodyError('/url', problem.code, problem.message)])
  }

  function assertTypes(types: readonly string[] = ALL_TYPES): void {
    if (!types.includes('*') || types.length === 1) return
    throw invalid([bodyError('/event_types', 'all_types', 'must be * alone, or without *')])
  }

  const assertTarget = ({ url, event_types }: Target) =>
    checkAll(
      () => assertUrl(url),
      () => assertTypes(event_types),
    )

  async function find(tx: DatabaseTransaction, id: number) {
    const row = await tx.webhookEndpoint.findUnique({ where: { id } })
    if (row === null) throw missing(id)
    return row
  }

  /** Reads an endpoint that nobody else changes until the end of the transaction. */
  async function lock(tx: DatabaseTransaction, id: number) {
    await tx.$queryRaw`SELECT FROM webhook_endpoints WHERE id = ${id} FOR NO KEY UPDATE`
    return await find(tx, id)
  }

  /** @throws AppError 409 */
  async function assertRoom(tx: DatabaseTransaction): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtext('passbook webhook endpoints'))`
    if ((await tx.webhookEndpoint.count()) < MAX_ENDPOINTS) return
    throw conflict(
      'too_many_webhook_endpoints',
      `There are ${MAX_ENDPOINTS} webhook endpoints, and there may not be more`,
    )
  }

  return {
    /** @throws AppError 409 when there are too many, 422 for a URL that is not public */
    async create(input: WebhookEndpointCreate) {
      assertTarget(input)
      const { url, event_types: eventTypes = ALL_TYPES, description = null, enabled } = input
      const secret = createWebhookSecret()
      const row = await database.$transaction(async (tx) => {
        await assertRoom(tx)
        // Encryption binds values to their row, so the id is needed first.
        const [next] = await tx.$queryRaw<[{ id: bigint }]>`
          SELECT nextval(pg_get_serial_sequence('webhook_endpoints', 'id')) AS id`
        const { id } = next
        return await tx.webhookEndpoint.create({
          data: {
            id,
            url: encryptUrl(crypto, id, url),
            secret: encryptSecret(crypto, id, secret),
            eventTypes,
            description,
            ...(enabled === false && { disabledAt: new Date(), disabledReason: 'request' }),
          },
        })
      })
      return { record: decryptEndpoint(crypto, row), secret }
    },

    /** Newest first. @throws AppError 422 */
    async list(query: PagingQuery): Promise<Page<EndpointRecord>> {
      const page = await pageById(
        query,
        'desc',
        (range) => database.webhookEndpoint.findMany(range),
        () => database.webhookEndpoint.count(),
      )
      return { ...page, items: page.items.map((row) => decryptEndpoint(crypto, row)) }
    },

    /** @throws AppError 404 */
    async get(id: number): Promise<EndpointRecord> {
      return decryptEndpoint(crypto, await find(database, id))
    },

    /** Changes the given fields. What waited for an endpoint that is enabled again is due now. @throws AppError 404, 422 */
    async update(id: number, changes: WebhookEndpointUpdate): Promise<EndpointRecord> {
      assertTarget(changes)
      const { url, event_types: eventTypes, description, enabled } = changes
      const row = await database.$transaction(async (tx) => {
        const stored = await lock(tx, id)
        const isEnabled = stored.disabledAt === null
        const resumes = enabled === true && !isEnabled
        const stops = enabled === false && isEnabled
        if (resumes) await resumeLanes(tx, stored.id)
        return await tx.webhookEndpoint.update({
          where: { id },
          data: {
            ...(url !== undefined && { url: encryptUrl(crypto, stored.id, url) }),
            ...(eventTypes !== undefined && { eventTypes }),
            ...(description !== undefined && { description }),
            ...(resumes && { disabledAt: null, disabledReason: null, failingSince: null }),
            ...(stops && { disabledAt: new Date(), disabledReason: 'request' }),
          },
        })
      })
      return decryptEndpoint(crypto, row)
    },

    /** Its deliveries are out of reach from now on; a sweep deletes them. @throws AppError 404 */
    async remove(id: number): Promise<void> {
      const { count } = await database.webhookEndpoint.deleteMany({ where: { id } })
      if (count === 0) throw missing(id)
    },

    /** Makes a new secret. The one before it signs for another day. @throws AppError 404 */
    async rotateSecret(id: number) {
      const secret = createWebhookSecret()
      const row = await database.$transaction(async (tx) => {
        const stored = await lock(tx, id)
        return await tx.webhookEndpoint.update({
          where: { id },
          data: {
            secret: encryptSecret(crypto, stored.id, secret),
            formerSecret: toFormerSecret(crypto, stored),
            formerUntil: new Date(Date.now() + FORMER_SECRET_MS),
          },
        })
      })
      return { record: decryptEndpoint(crypto, row), secret }
    },
  }
}
