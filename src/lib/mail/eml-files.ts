import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { MIME_OPTIONS, toMessage } from './message.ts'
import { type MailTransport, MailUnsent } from './transport.ts'

/** A name that sorts by time and says nothing of the mail. */
const newName = () =>
  `${new Date().toISOString().replaceAll(':', '-')}-${randomBytes(4).toString('hex')}`

/**
 * Writes mails as `.eml` files, which only the owner of the process reads.
 *
 * @param from what recipients see as the sender
 */
export function openEmlFiles(folder: string, from: string): MailTransport {
  const builder = createTransport({ ...MIME_OPTIONS, streamTransport: true, buffer: true })

  async function write(message: Uint8Array): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    const name = newName()
    const unfinished = join(folder, `.${name}.part`)
    await writeFile(unfinished, message, { mode: 0o600 })
    await rename(unfinished, join(folder, `${name}.eml`))
  }

  return {
    async send(mail) {
      const { message } = await builder.sendMail(toMessage(mail, from))
      await write(message as Buffer).catch(({ code }: NodeJS.ErrnoException) => {
        throw new MailUnsent(code ?? 'unknown', true)
      })
    },
    rest: () => undefined,
  }
}
