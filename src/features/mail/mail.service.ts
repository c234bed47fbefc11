import type { Database } from '../../database/client.ts'
import { isPassing } from '../../database/errors.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { within } from '../../lib/in-time.ts'
import type { Log } from '../../lib/log.ts'
import { MailRefused, type MailTransport, MailUnsent } from '../../lib/mail/transport.ts'
import type { Metrics } from '../../lib/metrics.ts'
import type { UserService } from '../users/users.public.ts'
import { composeMail } from './compose.ts'
import type { Links } from './links.ts'
import { MAIL_EVENTS, type MailKind } from './request-mails.ts'

/** A mail that could not be sent for so long is given up. */
const MAX_AGE_MS = 3 * 86_400_000
/** How long a stop waits for the mail under way. One that is cut off is sent again. */
const MAX_CLOSE_MS = 1_000

interface MailDeps {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly users: Pick<UserService, 'findMany'>
  readonly links: Links
  readonly transport: MailTransport
  readonly metrics: Metrics
  readonly log: Log
}

export type MailService = ReturnType<typeof createMailService>

/** What became of a mail that needs no other try. */
type Outcome = 'sent' | 'refused' | 'expired' | 'unneeded'

/**
 * Sends requested mails, at least once each: a request is deleted when its mail is out. A process
 * sends one mail at a time and beside its jobs, so that a slow mail server holds up no figures. What
 * cannot be sent now is requested again by the outbox, after a wait that doubles.
 */
export function createMailService(deps: MailDeps) {
  const { database, users, transport, metrics, log } = deps
  const waiting = new Set<number>()
  let sending: Promise<void> | undefined
  let closed = false

  async function sendOne(kind: MailKind, userId: number, since: Date): Promise<Outcome> {
    if (Date.now() - since.getTime() > MAX_AGE_MS) return 'expired'
    const user = (await users.findMany([userId])).get(userId)
    const mail = user && (await composeMail(deps, kind, user))
    if (mail === undefined) return 'unneeded'
    try {
      await transport.send(mail)
      return 'sent'
    } catch (error) {
      if (error instanceof MailRefused) return 'refused'
      metrics.mails.inc({ kind, outcome: 'failed' })
      throw error
    }
  }

  /** Requests of one kind that were made meanwhile are answered by one mail. */
  async function sendKind(kind: MailKind, userId: number): Promise<void> {
    const requests = await database.outboxRow.findMany({
      where: { userId, type: MAIL_EVENTS[kind] },
      orderBy: { id: 'asc' },
    })
    const [oldest] = requests
    if (oldest === undefined) return
    const outcome = await sendOne(kind, userId, oldest.createdAt)
    await database.outboxRow.deleteMany({
      where: { userId, id: { in: requests.map(({ id }) => id) } },
    })
    metrics.mails.inc({ kind, outcome })
    const level = outcome === 'refused' || outcome === 'expired' ? 'warn' : 'info'
    log[level]({ account_id: userId, mail: kind, outcome, request_id: oldest.requestId }, 'mail')
  }

  async function sendWaiting(): Promise<void> {
    for (const userId of waiting) {
      if (closed) break
      waiting.delete(userId)
      try {
        for (const kind of Object.keys(MAIL_EVENTS)) await sendKind(kind as MailKind, userId)
      } catch (error) {
        log.warn({ err: error, account_id: userId }, 'a mail could not be sent; it waits')
        // Where the mail server or the database is away, trying the others would only take long.
        const isAway = error instanceof MailUnsent ? error.isServer : isPassing(error)
        if (isAway) waiting.clear()
      }
    }
    transport.rest()
  }

  function start(): void {
    sending ??= sendWaiting().finally(() => {
      sending = undefined
      if (waiting.size > 0 && !closed) start()
    })
  }

  return {
    /** Has a user's requested mails sent. Returns at once. */
    async send(userId: number): Promise<void> {
      waiting.add(userId)
      start()
    },

    async close(): Promise<void> {
      closed = true
      if (sending) await within(MAX_CLOSE_MS, sending)
      transport.rest()
    },
  }
}
