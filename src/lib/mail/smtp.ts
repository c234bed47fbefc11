import { createTransport } from 'nodemailer'
import { MIME_OPTIONS, toMessage } from './message.ts'
import { MailRefused, type MailTransport, MailUnsent } from './transport.ts'

/** Limits in milliseconds. The mail server may be far away, and others wait behind it. */
const CONNECT_MS = 10_000
const SILENCE_MS = 20_000

/** What nodemailer says of a failure. */
interface SmtpError {
  readonly code?: string
  readonly command?: string
  readonly responseCode?: number
}

/** The steps of SMTP that concern one mail, and not the mail server or our account there. */
const STEPS_OF_A_MAIL = ['RCPT TO', 'DATA']

/** Nothing of the error but codes: its texts quote addresses. */
function toOwnError(error: unknown): MailRefused | MailUnsent {
  const { code = 'unknown', command = '', responseCode = 0 } = error as SmtpError
  const reason = responseCode > 0 ? String(responseCode) : code
  const isMail = STEPS_OF_A_MAIL.includes(command) && responseCode >= 400
  return isMail && responseCode >= 500 ? new MailRefused(reason) : new MailUnsent(reason, !isMail)
}

/**
 * Sends mails to the mail server of a URL, over one connection.
 *
 * @param from what recipients see as the sender
 */
export function openSmtp(url: string, from: string): MailTransport {
  const open = () =>
    createTransport({
      ...MIME_OPTIONS,
      url,
      pool: true,
      maxConnections: 1,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      dnsTimeout: CONNECT_MS,
    })
  let connection: ReturnType<typeof open> | undefined
  return {
    async send(mail) {
      connection ??= open()
      await connection.sendMail(toMessage(mail, from)).catch((error: unknown) => {
        throw toOwnError(error)
      })
    },
    rest() {
      connection?.close()
      connection = undefined
    },
  }
}
