import type { Database } from '../../database/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { decryptEndpoint } from './endpoints.ts'

/** An endpoint that Passbook disabled. */
export interface DisabledEndpoint {
  readonly id: number
  /** Its host alone: the rest of a URL may be a secret. */
  readonly host: string
  readonly reason: 'failing' | 'gone'
}

/** The endpoints that are disabled, and not because an admin wanted it. */
export async function disabledEndpoints(
  database: Database,
  crypto: FieldCrypto,
): Promise<readonly DisabledEndpoint[]> {
  const rows = await database.webhookEndpoint.findMany({
    where: { disabledReason: { in: ['failing', 'gone'] } },
    orderBy: { id: 'asc' },
  })
  return rows.map((row) => ({
    id: Number(row.id),
    host: new URL(decryptEndpoint(crypto, row).url).host,
    reason: row.disabledReason as DisabledEndpoint['reason'],
  }))
}
