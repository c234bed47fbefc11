import type { Database } from '../../database/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'

/** What is noted of something that was done or refused. It holds ids, never personal data. */
export interface AuditEntry {
  readonly action: string
  readonly outcome: 'succeeded' | 'refused'
  readonly actorId?: number | undefined
  readonly apiKeyId?: number | undefined
  /** The user it is about. */
  readonly userId?: number | undefined
  /** A kind and an id or name, such as `api_key:7`. */
  readonly subject?: string | undefined
  readonly requestId?: string | undefined
  /** The network address of the caller. */
  readonly address: string
  /** How many refusals it stands for; 1 when absent. */
  readonly count?: number
}

/** Where the address of an entry is stored. */
export const addressOf = (actorId: number | bigint | null | undefined) => ({
  table: 'audit_entries',
  column: 'address',
  userId: actorId ?? 0,
})

/** Stores entries: within the current unit of work if there is one. */
export async function storeEntries(
  database: Database,
  crypto: FieldCrypto,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return
  await database.auditEntry.createMany({
    data: entries.map(({ address, count, ...entry }) => ({
      action: entry.action,
      outcome: entry.outcome,
      actorId: entry.actorId ?? null,
      apiKeyId: entry.apiKeyId ?? null,
      userId: entry.userId ?? null,
      subject: entry.subject ?? null,
      requestId: entry.requestId ?? null,
      address: crypto.encrypt(addressOf(entry.actorId), address),
      count: count ?? 1,
    })),
  })
}
