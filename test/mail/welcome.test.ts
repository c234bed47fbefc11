import { randomBytes } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { mailsTo, readMails, tokenOf } from '../setup/mailbox.ts'

const cast = useCast({ worker: true, env: { PUBLIC_URL: 'https://passbook.example/app/' } })

const newAddress = () => `${randomBytes(8).toString('hex')}@mailed.example`

const register = (fields: object) =>
  cast.service.call('register', {
    body: {
      username: `m${randomBytes(6).toString('hex')}`,
      password: 'long enough words',
      ...fields,
    },
  })

describe('a welcome mail', () => {
  it('greets a customer of staff by name, without a link', async () => {
    const { email = '' } = await cast.service.createCustomer(cast.staff.token, {
      name: 'Zoë Ångström 李',
      email: newAddress(),
    })
    const [mail] = await mailsTo(cast.service, email)
    expect(mail?.subject).toBe('Welcome to Passbook')
    expect(mail?.text).toContain('Hello Zoë Ångström 李,')
    expect(mail?.text).not.toContain('http')
    expect(mail?.raw).toMatch(/^From: Passbook <passbook@localhost>\r?$/m)
    expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m)
    expect(mail?.raw).toMatch(/^Content-Type: text\/plain; charset=utf-8\r?$/m)
  })

  it('has a registered user confirm the address, and repeats nothing of what they wrote', async () => {
    const email = newAddress()
    const { body } = await register({ name: 'Cheap Watches', email })
    const [mail] = await mailsTo(cast.service, email)
    expect(mail?.text).toContain(`https://passbook.example/app/#verify-email=`)
    expect(mail?.raw).not.toMatch(/Cheap|Watches/)
    expect(mail?.raw).not.toContain(body.user.username)
    const { status } = await cast.service.call('confirmEmailVerification', {
      body: { token: mail && tokenOf(mail) },
    })
    expect(status).toBe(204)
  })

  it('goes to each user of a bulk request that was stored', async () => {
    const [good, twice] = [newAddress(), newAddress()]
    const users = [good, twice, twice].map((email) => ({ name: 'In Bulk', email }))
    const { body } = await cast.service.call('bulkCreateUsers', {
      token: cast.staff.token,
      body: { mode: 'partial', users },
    })
    expect(body.created).toBe(2)
    await mailsTo(cast.service, good)
    await mailsTo(cast.service, twice)
  })

  it('is not sent without an address, nor when the user was not stored', async () => {
    const before = (await readMails(cast.service)).length
    await register({})
    const { email = '' } = await cast.service.createCustomer(cast.staff.token)
    await mailsTo(cast.service, email)
    const { status } = await cast.service.call('createUser', {
      token: cast.staff.token,
      body: { name: 'Twice', email },
    })
    expect(status).toBe(409)
    await cast.service.settled()
    expect(await readMails(cast.service)).toHaveLength(before + 1)
  })

  it('is a file that only its owner reads, and its request is gone', async () => {
    await cast.service.createCustomer(cast.staff.token)
    await cast.service.settled()
    const folder = join(cast.service.dataDir, 'mail')
    const modes = await Promise.all(
      (await readdir(folder)).map(async (name) => [name, (await stat(join(folder, name))).mode]),
    )
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    for (const [name, mode] of modes) {
      expect([/^[\w.-]+\.eml$/.test(String(name)), Number(mode) & 0o777]).toEqual([true, 0o600])
    }
  })

  it('is counted', async () => {
    const { body } = await cast.service.call('getMetrics')
    expect(body).toMatch(/^passbook_mails_total\{kind="welcome",outcome="sent"\} [1-9]/m)
  })
})
