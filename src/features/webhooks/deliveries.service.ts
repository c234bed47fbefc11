import type { Database, Prisma } from '../../database/client.ts'
import { conflict, notFound } from '../../errors.ts'
import type { Nudge } from '../../events/passes.ts'
import type { WebhookDeliveryStatus } from '../../generated/schemas.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { decryptAnswer } from './answers.ts'

const MAX_ID = 2n ** 63n - 1n
const include = { tries: { orderBy: { id: 'desc' } } } as const

type DeliveryRow = Prisma.WebhookDeliveryGetPayload<{ include: typeof include }>

/** A delivery with its attempts, whose answers are decrypted. */
export type DeliveryRecord = Omit<DeliveryRow, 'tries'> & {
  readonly tries: readonly (Omit<DeliveryRow['tries'][number], 'answer'> & {
    readonly answer: string | null
  })[]
}

interface Deps {
  readonly database: Database
  readonly crypto: FieldCrypto
  /** Told of deliveries that are due. */
  readonly dispatcher: Nudge
}

export type DeliveryService = ReturnType<typeof createDeliveryService>

export function createDeliveryService({ database, crypto, dispatcher }: Deps) {
  const decrypt = (row: DeliveryRow): DeliveryRecord => ({
    ...row,
    tries: row.tries.map(({ answer, ...tried }) => ({
      ...tried,
      answer: answer && decryptAnswer(crypto, row.userId, answer),
    })),
  })

  /** @throws AppError 404 */
  async function findEndpoint(id: number) {
    const endpoint = await database.webhookEndpoint.findUnique({
      where: { id },
      select: { disabledAt: true },
    })
    if (endpoint === null) throw notFound('Webhook endpoint', id)
    return endpoint
  }

  /** @throws AppError 404, 409 */
  async function assertEnabled(id: number): Promise<void> {
    const { disabledAt } = await findEndpoint(id)
    if (disabledAt === null) return
    throw conflict('webhook_endpoint_disabled', 'The webhook endpoint is disabled; enable it first')
  }

  async function get(endpointId: number, id: number): Promise<DeliveryRecord> {
    await findEndpoint(endpointId)
    const row = await database.webhookDelivery.findFirst({ where: { id, endpointId }, include })
    if (row === null) throw notFound('Webhook delivery', id)
    return decrypt(row)
  }

  return {
    /** Has a test event sent. @throws AppError 404, 409 for a disabled endpoint */
    async ping(caller: Caller, endpointId: number, requestId: string): Promise<DeliveryRecord> {
      await assertEnabled(endpointId)
      const [row] = await database.$queryRaw<[{ id: bigint }]>`
        SELECT queue_webhook_ping(${caller.id}::bigint, ${endpointId}::bigint, ${requestId}) AS id`
      dispatcher.nudge()
      return await get(endpointId, Number(row.id))
    },

    /** Newest first. There are too many to count. @throws AppError 404, 422 */
    async list(
      endpointId: number,
      query: PagingQuery & { readonly status?: WebhookDeliveryStatus },
    ): Promise<Page<DeliveryRecord>> {
      await findEndpoint(endpointId)
      const status = query.status ?? null
      const page = await pageById(
        query,
        'desc',
        async ({ where, take, skip }) => {
          const before = where.id !== undefined && 'lt' in where.id ? where.id.lt : MAX_ID
          const ids = await database.$queryRaw<{ id: bigint }[]>`
            SELECT id FROM list_webhook_deliveries(
              ${endpointId}::bigint, ${status}, ${before}::bigint, ${take}::int, ${skip}::bigint) AS id`
          return await database.webhookDelivery.findMany({
            where: { id: { in: ids.map(({ id }) => id) } },
            orderBy: { id: 'desc' },
            include,
          })
        },
        async () => undefined,
      )
      return { ...page, items: page.items.map(decrypt) }
    },

    /** @throws AppError 404 */
    get,

    /** Has an event delivered again, from its first attempt on. @throws AppError 404, 409 for a disabled endpoint */
    async redeliver(endpointId: number, id: number): Promise<DeliveryRecord> {
      await assertEnabled(endpointId)
      const { userId } = await get(endpointId, id)
      await database.$queryRaw`
        SELECT 1 FROM redeliver_webhook(${userId}::bigint, ${endpointId}::bigint, ${id}::bigint)`
      dispatcher.nudge()
      return await get(endpointId, id)
    },
  }
}
