import type { ApiKey, Scope } from '../../generated/schemas.ts'
import type { ApiKeyRecord } from './api-keys.service.ts'

/** An API key as the API shows it: never its secret. */
export const apiKeyView = (record: ApiKeyRecord): ApiKey => ({
  id: Number(record.id),
  user_id: Number(record.userId),
  name: record.name,
  scopes: record.scopes as Scope[],
  created_at: record.createdAt.toISOString(),
  ...(record.expiresAt !== null && { expires_at: record.expiresAt.toISOString() }),
  ...(record.lastUsedAt !== null && { last_used_at: record.lastUsedAt.toISOString() }),
})
