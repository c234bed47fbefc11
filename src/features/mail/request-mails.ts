import type { DatabaseTransaction } from '../../database/client.ts'
import type { LoadConnection } from '../../database/copy-in.ts'
import type { EventName } from '../../events/catalogue.ts'

/** The mails there are, and the event that requests each. */
export const MAIL_EVENTS = {
  welcome: 'welcome_mail.requested',
  verification: 'verification_mail.requested',
  reset: 'reset_mail.requested',
  webhook_disabled: 'webhook_disabled_mail.requested',
} as const satisfies Readonly<Record<string, EventName>>

export type MailKind = keyof typeof MAIL_EVENTS

/**
 * Requests a mail to each of these users, in the transaction of its cause. The worker sends it after
 * the commit; until then the row is all there is of it.
 */
export async function requestMails(
  tx: DatabaseTransaction,
  kind: MailKind,
  userIds: readonly bigint[],
  requestId: string | null = null,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO outbox (user_id, type, subject_id, request_id)
    SELECT id, ${MAIL_EVENTS[kind]}, id, ${requestId} FROM unnest(${userIds}::bigint[]) AS id`
}

/** {@link requestMails} in the transaction of a load. */
export async function requestMailsOfLoad(
  connection: LoadConnection,
  kind: MailKind,
  userIds: readonly bigint[],
  requestId: string,
): Promise<void> {
  await connection.run(
    `INSERT INTO outbox (user_id, type, subject_id, request_id)
     SELECT id, $1, id, $2 FROM unnest($3::bigint[]) AS id`,
    [MAIL_EVENTS[kind], requestId, userIds.map(String)],
  )
}
