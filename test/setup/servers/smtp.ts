import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** A mail as a mail server got it. */
export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
}

/** How a mail server answers; undefined to accept. */
interface Answers {
  readonly sender?: (address: string) => number | undefined
  readonly recipient?: (address: string) => number | undefined
  readonly mail?: () => number | undefined
}

/** An error that names the address, as those of real mail servers do. */
const refusal = (code: number | undefined, address = 'a mail'): Error | null =>
  code === undefined
    ? null
    : Object.assign(new Error(`we do not like ${address}`), { responseCode: code })

/** A mail server on loopback. @param port 0 for any free one */
export async function startSmtp({ sender, recipient, mail }: Answers = {}, port = 0) {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    onMailFrom: ({ address }, _, done) => done(refusal(sender?.(address), address)),
    onRcptTo: ({ address }, _, done) => done(refusal(recipient?.(address), address)),
    async onData(stream, { envelope }, done) {
      const raw = await text(stream)
      const error = refusal(mail?.())
      if (error) return done(error)
      const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
      received.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw })
      done()
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  const { port: bound } = server.server.address() as AddressInfo
  return {
    received,
    port: bound,
    url: `smtp://127.0.0.1:${bound}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
