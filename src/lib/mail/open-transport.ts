import { join } from 'node:path'
import { openEmlFiles } from './eml-files.ts'
import { openSmtp } from './smtp.ts'
import type { MailTransport } from './transport.ts'

interface MailConfig {
  readonly SMTP_URL?: string
  readonly MAIL_FROM: string
  readonly DATA_DIR: string
}

/** Opens the mail server of SMTP_URL, or files under DATA_DIR without one. */
export const openMailTransport = ({ SMTP_URL, MAIL_FROM, DATA_DIR }: MailConfig): MailTransport =>
  SMTP_URL === undefined
    ? openEmlFiles(join(DATA_DIR, 'mail'), MAIL_FROM)
    : openSmtp(SMTP_URL, MAIL_FROM)
