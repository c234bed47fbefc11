import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { mailsTo, readMails } from '../setup/mailbox.ts'

const cast = useCast({ worker: true })

const newAddress = () => `${randomBytes(8).toString('hex')}@reset.example`

const ACCEPTED = [202, { message: 'If there is such an account, a mail is on its way' }]

const request = (body: object) => cast.service.call('requestPasswordReset', { body })

/** An account whose address staff gave: no mail is on its way to it. */
async function account(email = newAddress()) {
  const made = await cast.service.createAccount()
  await cast.service.call('updateUser', {
    params: { id: made.id },
    body: { email },
    token: cast.staff.token,
  })
  return { ...made, email }
}

/** The mails of everybody once nothing waits. */
async function mailCount(): Promise<number> {
  await cast.service.settled()
  return (await readMails(cast.service)).length
}

describe('requestPasswordReset', () => {
  it.each([
    ['user name', ({ username }: { username: string }) => ({ username: username.toUpperCase() })],
    ['email address', ({ email }: { email: string }) => ({ email: email.toUpperCase() })],
  ])('mails a link to who has this %s', async (_, bodyOf) => {
    const made = await account()
    const { status, body } = await request(bodyOf(made))
    expect([status, body]).toEqual(ACCEPTED)
    const [mail] = await mailsTo(cast.service, made.email)
    expect(mail?.subject).toBe('Choose a new password')
    expect(mail?.text).toContain(`for the account ${made.username} at Passbook`)
    expect(mail?.text).toMatch(/^http:\/\/127\.0\.0\.1:3000\/#reset-password=[\w-]{43}$/m)
  })

  it('answers alike for nobody, and mails nothing', async () => {
    const before = await mailCount()
    for (const body of [{ username: 'nobody.at.all' }, { email: newAddress() }]) {
      const answer = await request(body)
      expect([answer.status, answer.body]).toEqual(ACCEPTED)
    }
    expect(await mailCount()).toBe(before)
  })

  it('mails nothing to an address that is only claimed, nor to a disabled account', async () => {
    const email = newAddress()
    const { id, token, username } = await cast.service.createAccount()
    await cast.service.call('updateUser', { params: { id }, body: { email }, token })
    const disabled = await account()
    await cast.service.call('updateUser', {
      params: { id: disabled.id },
      body: { disabled: true },
      token: cast.admin.token,
    })
    const customer = await cast.service.createCustomer(cast.staff.token)
    const before = await mailCount()
    for (const body of [
      { email },
      { username },
      { email: disabled.email },
      { username: disabled.username },
      { email: customer.email },
    ]) {
      expect((await request(body)).status).toBe(202)
    }
    expect(await mailCount()).toBe(before)
  })

  it('goes to the verified user, not to one who claimed the address', async () => {
    const thief = await cast.service.createAccount()
    const owner = await account()
    await cast.service.database.query(
      `UPDATE users SET (email, email_index) = (SELECT email, email_index FROM users WHERE id = $2)
       WHERE id = $1`,
      [thief.id, owner.id],
    )
    await request({ email: owner.email })
    const [mail] = await mailsTo(cast.service, owner.email)
    expect(mail?.text).toContain(owner.username)
    const rows = await cast.service.database.query<{ user_id: number }>(
      'SELECT user_id::int FROM one_time_tokens WHERE user_id = ANY ($1)',
      [[owner.id, thief.id]],
    )
    expect(rows).toEqual([{ user_id: owner.id }])
  })

  it('mails five in an hour at most, and answers as before', async () => {
    const { username, email } = await account()
    for (let sent = 1; sent <= 5; sent += 1) {
      await request({ username })
      await mailsTo(cast.service, email, sent)
    }
    expect((await request({ username })).status).toBe(202)
    await cast.service.settled()
    await mailsTo(cast.service, email, 5)
  })

  it('hears thirty requests of a network', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    await cast.service.database.query('DELETE FROM login_throttles')
    const ask = (at: number) =>
      cast.service.call('requestPasswordReset', { body: { username: `nobody${at}` }, headers })
    for (let at = 0; at < 30; at += 1) expect((await ask(at)).status).toBe(202)
    const { status, body } = await ask(30)
    expect([status, body.code]).toEqual([429, 'too_many_attempts'])
  })

  it.each([
    ['', 'minProperties', {}],
    ['', 'maxProperties', { username: 'asha.rao', email: 'a@a.example' }],
    ['/username', 'minLength', { username: '' }],
    ['/username', 'type', { username: null }],
    ['/email', 'format', { email: 'nowhere' }],
    ['/name', 'unknown_field', { name: 'asha.rao' }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await request(body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ in: 'body', path, code }))
  })
})
