import type { Database } from '../../database/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import type { Mail } from '../../lib/mail/transport.ts'
import { emailLookUp, type UserRecord } from '../users/users.public.ts'
import { disabledEndpoints } from '../webhooks/webhooks.public.ts'
import type { Links } from './links.ts'
import { issueToken, type TokenPurpose } from './one-time-tokens.ts'
import type { MailKind } from './request-mails.ts'
import {
  resetText,
  verificationText,
  webhookDisabledText,
  welcomeText,
  welcomeToConfirmText,
} from './texts.ts'

interface ComposeDeps {
  readonly database: Database
  readonly crypto: FieldCrypto
  readonly links: Links
}

type Addressed = UserRecord & { readonly email: string }

/**
 * Builds a mail to a user as they are now, with a new token where it has a link. So no readable
 * token is ever stored.
 *
 * @returns undefined when it is needed no more: the address is gone, or confirmed meanwhile
 */
export async function composeMail(
  { database, crypto, links }: ComposeDeps,
  kind: MailKind,
  user: UserRecord,
): Promise<Mail | undefined> {
  const { email: to, emailVerified } = user
  if (to === undefined) return undefined

  async function linkTo(purpose: TokenPurpose, { id, email }: Addressed) {
    const { index } = emailLookUp(crypto, email)
    const { token } = await issueToken(database, { userId: id, purpose, emailIndex: index })
    return { token, link: links.to(purpose, token) }
  }
  const addressed = { ...user, email: to }

  if (kind === 'reset') {
    const { username, disabledAt } = user
    if (!emailVerified || username === null || disabledAt !== null) return undefined
    return { to, ...resetText(username, await linkTo('password_reset', addressed)) }
  }
  if (kind === 'webhook_disabled') {
    if (!emailVerified || user.role !== 'admin' || user.disabledAt !== null) return undefined
    const endpoints = await disabledEndpoints(database, crypto)
    return endpoints.length === 0 ? undefined : { to, ...webhookDisabledText(endpoints) }
  }
  if (emailVerified) return kind === 'welcome' ? { to, ...welcomeText(user.name) } : undefined
  const text = kind === 'welcome' ? welcomeToConfirmText : verificationText
  return { to, ...text(await linkTo('email_verification', addressed)) }
}
