import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { TestService } from './service.ts'

/** A mail as its reader sees it. */
export interface ReadMail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly raw: string
}

const fromHex = (text: string, escaped: RegExp) =>
  Buffer.from(
    text.replaceAll(escaped, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
    'latin1',
  ).toString('utf8')

/** Decodes encoded words (RFC 2047). */
const decodeWords = (text: string) =>
  text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, way: string, word: string) =>
      way.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('utf8')
        : fromHex(word.replaceAll('_', ' '), /=([0-9A-F]{2})/g),
    )

function decodeBody(encoding: string, body: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8')
  if (encoding !== 'quoted-printable') return body
  return fromHex(body.replaceAll(/=\r?\n/g, ''), /=([0-9A-F]{2})/g)
}

/** Reads a text mail. */
export function readMail(raw: string): ReadMail {
  const [head = '', ...rest] = raw.split(/\r?\n\r?\n/)
  const unfolded = head.replaceAll(/\r?\n[ \t]+/g, ' ')
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1] ?? ''
  return {
    to: header('To'),
    subject: decodeWords(header('Subject')),
    text: decodeBody(header('Content-Transfer-Encoding'), rest.join('\n\n')),
    raw,
  }
}

/** All mails that a service wrote as files, in the order of their names. */
export async function readMails({ dataDir }: Pick<TestService, 'dataDir'>): Promise<ReadMail[]> {
  const folder = join(dataDir, 'mail')
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.eml')).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.map(readMail)
}

/** Waits until so many mails to an address were written. @returns them, the newest last */
export async function mailsTo(
  service: Pick<TestService, 'dataDir'>,
  address: string,
  count = 1,
): Promise<ReadMail[]> {
  return await vi.waitFor(
    async () => {
      const mails = (await readMails(service)).filter(({ to }) => to === address)
      expect(mails).toHaveLength(count)
      return mails
    },
    { timeout: 15_000, interval: 20 },
  )
}

/** The token of a mail's link. */
export const tokenOf = ({ text }: ReadMail): string =>
  /#(?:verify-email|reset-password)=([\w-]{43})$/m.exec(text)?.[1] ?? ''
