import type { Mail } from './transport.ts'

/** Mails are built from our texts alone: no part of one is read from a file or an address. */
export const MIME_OPTIONS = { disableFileAccess: true, disableUrlAccess: true } as const

/** A mail in nodemailer's form, marked as sent by a program so that nobody's absence answers it. */
export const toMessage = ({ to, subject, text }: Mail, from: string) => ({
  from,
  // Not parsed, so that an address cannot name others.
  to: { name: '', address: to },
  subject,
  text,
  headers: { 'Auto-Submitted': 'auto-generated' },
})
