import type { Database } from '../../database/client.ts'
import { inUnitOfWork } from '../../database/unit-of-work.ts'
import type { Nudge } from '../../events/passes.ts'
import { storeEntries } from '../../http/audit/entries.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { DAY_MS } from '../../lib/day.ts'
import type { Log } from '../../lib/log.ts'
import { requestMails } from '../mail/mail.public.ts'
import type { DisabledReason } from './endpoints.ts'

/** An endpoint with nothing but failures for so long is disabled. */
const MAX_FAILING_MS = 5 * DAY_MS

interface Deps {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly outbox: Nudge
  readonly log: Log
}

/** Knows how long endpoints have failed, and disables them when it was too long. */
export function createEndpointFailures({ database, crypto, outbox, log }: Deps) {
  /** Nobody asked for it, so the admins get a mail. */
  async function disable(id: bigint, reason: DisabledReason, failingBefore?: Date): Promise<void> {
    const isDone = await inUnitOfWork(database, async () => {
      const { count } = await database.webhookEndpoint.updateMany({
        where: {
          id,
          disabledAt: null,
          ...(failingBefore && { failingSince: { lte: failingBefore } }),
        },
        data: { disabledAt: new Date(), disabledReason: reason },
      })
      if (count === 0) return false
      const subject = `webhook_endpoint:${id}`
      await storeEntries(database, crypto, [
        { action: 'webhook_endpoint.disable', outcome: 'succeeded', subject, address: '' },
      ])
      const admins = await database.user.findMany({
        where: { role: 'admin', disabledAt: null, emailVerified: true },
        select: { id: true },
      })
      const ids = admins.map((admin) => admin.id)
      await requestMails(database, 'webhook_disabled', ids)
      return true
    })
    if (!isDone) return
    log.warn({ endpoint_id: Number(id), reason }, 'a webhook endpoint was disabled')
    outbox.nudge()
  }

  return {
    /** Forgets former failures. */
    async succeeded(id: bigint): Promise<void> {
      await database.$executeRaw`
        UPDATE webhook_endpoints SET failing_since = NULL WHERE id = ${id} AND failing_since IS NOT NULL`
    },

    /** @param failingSince as it was before this failure */
    async failed(id: bigint, failingSince: Date | null, at: Date): Promise<void> {
      const before = new Date(at.getTime() - MAX_FAILING_MS)
      if (failingSince === null) {
        await database.$executeRaw`
          UPDATE webhook_endpoints SET failing_since = ${at} WHERE id = ${id} AND failing_since IS NULL`
      } else if (failingSince <= before) await disable(id, 'failing', before)
    },

    /** The receiver said that it is gone. */
    gone: (id: bigint) => disable(id, 'gone'),
  }
}
