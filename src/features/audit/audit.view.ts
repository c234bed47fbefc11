import type { AuditEntry, AuditOutcome } from '../../generated/schemas.ts'
import type { AuditRecord } from './audit.service.ts'

/** An audit entry as the API shows it. */
export const auditView = (entry: AuditRecord): AuditEntry => ({
  id: Number(entry.id),
  created_at: entry.createdAt.toISOString(),
  action: entry.action,
  outcome: entry.outcome as AuditOutcome,
  ...(entry.actorId !== null && { actor_id: Number(entry.actorId) }),
  ...(entry.apiKeyId !== null && { api_key_id: Number(entry.apiKeyId) }),
  ...(entry.userId !== null && { user_id: Number(entry.userId) }),
  ...(entry.subject !== null && { subject: entry.subject }),
  ...(entry.requestId !== null && { request_id: entry.requestId }),
  address: entry.address,
  count: entry.count,
})
