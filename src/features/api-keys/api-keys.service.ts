import { type Database, type Prisma, violatesForeignKey } from '../../database/client.ts'
import { bodyError, invalid, notFound } from '../../errors.ts'
import type { ApiKeyCreate, Scope } from '../../generated/schemas.ts'
import type { Concerns } from '../../http/audit/concerned-users.ts'
import type { Caller } from '../../http/auth.ts'
import { type Page, type PagingQuery, pageById } from '../../http/paging.ts'
import { checkAll } from '../../http/validation/check-all.ts'
import { createKey, hashKey, isKey } from './secret.ts'

/** `last_used_at` is written at most once in this time. */
const MIN_USE_INTERVAL_MS = 60_000

/** A stored API key without its hash. */
export type ApiKeyRecord = Omit<Prisma.ApiKeyGetPayload<object>, 'keyHash'>

export type ApiKeyService = ReturnType<typeof createApiKeyService>

const omit = { keyHash: true } as const

const unknownUser = () => invalid([bodyError('/user_id', 'unknown', 'is not the id of a user')])

/** @throws AppError 422 for a time in the past */
function expiryOf({ expires_at = null }: ApiKeyCreate): Date | null {
  if (expires_at === null) return null
  const expiresAt = new Date(expires_at)
  if (expiresAt.getTime() > Date.now()) return expiresAt
  throw invalid([bodyError('/expires_at', 'future', 'must be in the future')])
}

export function createApiKeyService({ database }: { readonly database: Database }) {
  async function get(id: number): Promise<ApiKeyRecord> {
    const record = await database.apiKey.findUnique({ where: { id }, omit })
    if (record === null) throw notFound('API key', id)
    return record
  }

  /** Updates `last_used_at`, at most once a minute. */
  async function noteUse(id: bigint, lastUsedAt: Date | null): Promise<void> {
    const now = new Date()
    const before = new Date(now.getTime() - MIN_USE_INTERVAL_MS)
    if (lastUsedAt !== null && lastUsedAt > before) return
    await database.apiKey.updateMany({
      where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: before } }] },
      data: { lastUsedAt: now },
    })
  }

  return {
    /**
     * Creates a key. Only the answer holds its text; the database holds a hash.
     *
     * @throws AppError 422 for an account that does not exist, or an expiry in the past
     */
    async create(caller: Caller, input: ApiKeyCreate) {
      const { name, scopes } = input
      const userId = BigInt(input.user_id ?? caller.id)
      const accounts = await database.user.count({ where: { id: userId } })
      const [expiresAt] = checkAll(
        () => expiryOf(input),
        () => {
          if (accounts === 0) throw unknownUser()
        },
      )
      const key = createKey()
      const record = await database.apiKey
        .create({ data: { userId, name, scopes, expiresAt, keyHash: hashKey(key) }, omit })
        .catch((error: unknown) => {
          throw violatesForeignKey(error) ? unknownUser() : error
        })
      return { record, key }
    },

    /** Newest first. */
    async list(query: PagingQuery): Promise<Page<ApiKeyRecord>> {
      return await pageById(
        query,
        'desc',
        (range) => database.apiKey.findMany({ ...range, omit }),
        () => database.apiKey.count(),
      )
    },

    /** @throws AppError 404 */
    get,

    /** Deletes a key. Requests with it are refused from then on. @throws AppError 404 */
    async remove(id: number, concerns: Concerns): Promise<void> {
      const { userId } = await get(id)
      const { count } = await database.apiKey.deleteMany({ where: { id } })
      if (count === 0) throw notFound('API key', id)
      concerns(userId)
    },

    /**
     * The account a key acts as. Undefined if the key is unknown or expired, or the account
     * disabled.
     */
    async findCaller(key: string): Promise<Caller | undefined> {
      if (!isKey(key)) return undefined
      const record = await database.apiKey.findUnique({
        where: { keyHash: hashKey(key) },
        include: { user: { select: { role: true, disabledAt: true } } },
      })
      if (record === null || record.user.disabledAt !== null) return undefined
      if (record.expiresAt !== null && record.expiresAt.getTime() <= Date.now()) return undefined
      await noteUse(record.id, record.lastUsedAt)
      const { userId, user, scopes } = record
      const apiKeyId = Number(record.id)
      return { id: Number(userId), role: user.role, scopes: scopes as Scope[], apiKeyId }
    },
  }
}
