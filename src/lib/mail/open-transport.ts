import { join } from 'node:path'
import type { MailTransport } from './transport.ts'

interface MailConfig {
  readonly SMTP_URL?: string
  readonly MAIL_FROM: string
  readonly DATA_DIR: string
}

async function open({ SMTP_URL, MAIL_FROM, DATA_DIR }: MailConfig): Promise<MailTransport> {
  if (SMTP_URL !== undefined) return (await import('./smtp.ts')).openSmtp(SMTP_URL, MAIL_FROM)
  const { openEmlFiles } = await import('./eml-files.ts')
  return openEmlFiles(join(DATA_DIR, 'mail'), MAIL_FROM)
}

/**
 * Opens the mail server of SMTP_URL, or files under DATA_DIR without one. The mail library is
 * loaded with the first mail, since most processes send none.
 */
export function openMailTransport(config: MailConfig): MailTransport {
  let opened: Promise<MailTransport> | undefined
  return {
    async send(mail) {
      opened ??= open(config)
      await (await opened).send(mail)
    },
    rest() {
      void opened?.then((transport) => transport.rest())
    },
  }
}
