import type { DisabledEndpoint } from '../webhooks/webhooks.public.ts'
import { TOKEN_MINUTES } from './one-time-tokens.ts'

/** What a mail says. */
interface MailText {
  readonly subject: string
  readonly text: string
}

/** What a mail with a link says of it. */
interface LinkText {
  readonly link: string
  /** For programs that ask for it. */
  readonly token: string
}

const HOURS = TOKEN_MINUTES.email_verification / 60
const MINUTES = TOKEN_MINUTES.password_reset

const paragraphs = (...texts: readonly string[]) => `${texts.join('\n\n')}\n`

const behind = ({ link, token }: LinkText) => [
  link,
  `Where a program asks you for a code instead, it is:\n${token}`,
]

/** To a customer whose address staff gave. */
export const welcomeText = (name: string): MailText => ({
  subject: 'Welcome to Passbook',
  text: paragraphs(
    `Hello ${name},`,
    'welcome to Passbook. Your record now exists, with this address as yours.',
    'You need not do anything. If this record should not exist, or something in it is wrong, please tell the people who look after it.',
  ),
})

/**
 * To an address that somebody gave for themselves. It may be a stranger's: nothing in the mail is
 * what that somebody wrote.
 */
export const welcomeToConfirmText = (to: LinkText): MailText => ({
  subject: 'Welcome to Passbook: please confirm your email address',
  text: paragraphs(
    'Hello,',
    `welcome to Passbook. An account was made with this address. Please confirm within ${HOURS} hours that it is yours:`,
    ...behind(to),
    'If you did not make this account, ignore this mail: the address then stays unconfirmed.',
  ),
})

/** To an unconfirmed address, when its user asks. */
export const verificationText = (to: LinkText): MailText => ({
  subject: 'Please confirm your email address',
  text: paragraphs(
    'Hello,',
    `somebody gave this address for an account at Passbook. Please confirm within ${HOURS} hours that it is yours:`,
    ...behind(to),
    'Only the newest such mail works. If it was not you, ignore this mail: the address then stays unconfirmed.',
  ),
})

/** To a confirmed address. */
export const resetText = (username: string, to: LinkText): MailText => ({
  subject: 'Choose a new password',
  text: paragraphs(
    'Hello,',
    `somebody asked for a new password for the account ${username} at Passbook. Choose one within ${MINUTES} minutes:`,
    ...behind(to),
    'It works once, and only the newest such mail does. If it was not you, ignore this mail: your password stays as it is.',
  ),
})

const DISABLED_BECAUSE = {
  failing: 'nothing but failures for 5 days',
  gone: 'it answered that it is gone (410)',
} as const

/** To admins. It names hosts alone, since the rest of a URL may be a secret. */
export const webhookDisabledText = (endpoints: readonly DisabledEndpoint[]): MailText => ({
  subject: 'Passbook disabled a webhook endpoint',
  text: paragraphs(
    'Hello,',
    'events are not sent any more to these webhook endpoints:',
    endpoints
      .map(({ id, host, reason }) => `${id} (${host}): ${DISABLED_BECAUSE[reason]}`)
      .join('\n'),
    'Once the receiver works again, enable the endpoint with PUT /v1/webhook-endpoints/{id}. What waited then is sent; what happened since is in GET /v1/events.',
  ),
})
