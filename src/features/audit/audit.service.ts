import type { Database, Prisma } from '../../database/client.ts'
import { addressOf } from '../../http/audit/entries.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'

/** Beyond this many matching entries the total is left out, as counting them takes long. */
const MAX_COUNTED = 2_000

/** A stored entry with its address in plain text. */
export type AuditRecord = Omit<Prisma.AuditEntryGetPayload<object>, 'address'> & {
  readonly address: string
}

/** The filters and the paging of the list. */
export interface AuditQuery extends PagingQuery {
  readonly user_id?: number
  readonly actor_id?: number
  readonly action?: string
}

export type AuditService = ReturnType<typeof createAuditService>

export function createAuditService(deps: {
  readonly database: Database
  readonly crypto: FieldCrypto
}) {
  const { database, crypto } = deps

  async function count(where: Prisma.AuditEntryWhereInput): Promise<number | undefined> {
    const some = await database.auditEntry.findMany({
      where,
      select: { id: true },
      take: MAX_COUNTED + 1,
    })
    return some.length > MAX_COUNTED ? undefined : some.length
  }

  return {
    /** Newest first. @throws AppError 422 */
    async list(query: AuditQuery): Promise<Page<AuditRecord>> {
      const { user_id, actor_id, action } = query
      const where: Prisma.AuditEntryWhereInput = {
        ...(user_id !== undefined && { userId: user_id }),
        ...(actor_id !== undefined && { actorId: actor_id }),
        ...(action !== undefined && { action }),
      }
      const { items, ...page } = await pageById(
        query,
        'desc',
        (range) => database.auditEntry.findMany({ ...range, where: { ...where, ...range.where } }),
        () => count(where),
      )
      return {
        ...page,
        items: items.map((entry) => ({
          ...entry,
          address: crypto.decrypt(addressOf(entry.actorId), entry.address),
        })),
      }
    },
  }
}
