import { describe, expect, it, vi } from 'vitest'
import { openSmtp } from '../../src/lib/mail/smtp.ts'
import { readMail } from '../setup/mailbox.ts'
import { startSmtp } from '../setup/servers/smtp.ts'
import { startTestService, type TestService } from '../setup/service.ts'

const MAIL = { to: 'asha@mail.example', subject: 'Grüße', text: 'Hello Zoë,\n\n.\nline\n' }

/** Runs a test with a service that sends to this mail server. */
async function withService(url: string, test: (service: TestService) => Promise<void>) {
  const env = { SMTP_URL: url, MAIL_FROM: 'Bäckerei Müller <till@bank.example>' }
  const service = await startTestService({
    worker: true,
    env: { ...env, OUTBOX_RETRY_SECONDS: '1' },
  })
  await test(service).finally(() => service.close())
}

const createCustomer = async (service: TestService, email: string) =>
  service.createCustomer((await service.createAccount('staff')).token, { email })

/** The mails of an outcome, as they are counted. */
async function counted(service: TestService, outcome: string): Promise<number> {
  const text = await service.services.metrics.registry.metrics()
  const line = new RegExp(
    `^passbook_mails_total\\{kind="welcome",outcome="${outcome}"\\} (\\d+)`,
    'm',
  )
  return Number(line.exec(text)?.[1] ?? 0)
}

describe('sending by SMTP', () => {
  it('delivers to the address alone, with headers that are right', async () => {
    const smtp = await startSmtp()
    await withService(smtp.url, async (service) => {
      await createCustomer(service, 'one@mail.example')
      await service.settled()
      expect(smtp.received).toHaveLength(1)
      const [{ raw, ...envelope }] = smtp.received as [(typeof smtp.received)[number]]
      expect(envelope).toEqual({ from: 'till@bank.example', to: ['one@mail.example'] })
      expect(raw).toMatch(
        /^From: =\?UTF-8\?Q\?B=C3=A4ckerei_M=C3=BCller\?= <till@bank\.example>\r$/m,
      )
      expect(raw).toMatch(/^To: one@mail\.example\r$/m)
      expect(raw).toMatch(/^Message-ID: <[\w-]+@bank\.example>\r$/m)
      expect(raw).toMatch(/^Date: .+\r$/m)
    })
    await smtp.close()
  })

  it('keeps what was written in text and subject', async () => {
    const smtp = await startSmtp()
    const transport = openSmtp(smtp.url, 'till@bank.example')
    await transport.send(MAIL)
    transport.rest()
    await transport.send(MAIL)
    transport.rest()
    await smtp.close()
    expect(smtp.received).toHaveLength(2)
    for (const { raw } of smtp.received) {
      const { subject, text } = readMail(raw)
      expect([subject, text.replaceAll('\r\n', '\n').trimEnd()]).toEqual([
        'Grüße',
        MAIL.text.trimEnd(),
      ])
    }
  })

  it('gives up an address that is refused for good, and sends the others', async () => {
    const smtp = await startSmtp({ recipient: (to) => (to.startsWith('no') ? 550 : undefined) })
    await withService(smtp.url, async (service) => {
      await createCustomer(service, 'nobody@mail.example')
      await createCustomer(service, 'somebody@mail.example')
      await service.settled()
      expect(smtp.received.map(({ to }) => to)).toEqual([['somebody@mail.example']])
      expect([await counted(service, 'refused'), await counted(service, 'sent')]).toEqual([1, 1])
    })
    await smtp.close()
  })

  it('tries again after a refusal that passes', async () => {
    const answers = [450, undefined]
    const smtp = await startSmtp({ recipient: () => answers.shift() })
    await withService(smtp.url, async (service) => {
      await createCustomer(service, 'grey@mail.example')
      await service.settled()
      expect(smtp.received).toHaveLength(1)
      expect([await counted(service, 'failed'), await counted(service, 'sent')]).toEqual([1, 1])
    })
    await smtp.close()
  })

  it('waits for a mail server that is away, and sends each mail once', async () => {
    const away = await startSmtp()
    await away.close()
    await withService(away.url, async (service) => {
      await createCustomer(service, 'first@mail.example')
      await createCustomer(service, 'second@mail.example')
      await vi.waitFor(async () => expect(await counted(service, 'failed')).toBeGreaterThan(1), {
        timeout: 15_000,
      })
      const smtp = await startSmtp({}, away.port)
      await service.settled()
      expect(smtp.received.map(({ to }) => to.join()).sort()).toEqual([
        'first@mail.example',
        'second@mail.example',
      ])
      await smtp.close()
    })
  })

  it.each([
    [
      'an address that is refused',
      { recipient: () => 550 },
      { name: 'MailRefused', reason: '550' },
    ],
    ['a mail that is refused', { mail: () => 554 }, { name: 'MailRefused', reason: '554' }],
    ['a full mailbox', { recipient: () => 452 }, { reason: '452', isServer: false }],
    ['a sender that is refused', { sender: () => 550 }, { reason: '550', isServer: true }],
  ])('tells of %s by codes alone', async (_, answers, expected) => {
    const smtp = await startSmtp(answers)
    const transport = openSmtp(smtp.url, 'till@bank.example')
    const error = await transport.send(MAIL).then(
      () => undefined,
      (thrown: Error) => thrown,
    )
    transport.rest()
    await smtp.close()
    expect(error).toMatchObject(expected)
    expect(`${error?.message} ${JSON.stringify(error)} ${error?.cause}`).not.toMatch(/@|we do not/)
  })

  it('tells of a mail server that is away by its code', async () => {
    const smtp = await startSmtp()
    await smtp.close()
    const transport = openSmtp(smtp.url, 'till@bank.example')
    await expect(transport.send(MAIL)).rejects.toMatchObject({ isServer: true })
    transport.rest()
  })
})
