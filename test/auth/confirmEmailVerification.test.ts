import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { mailsTo, tokenOf } from '../setup/mailbox.ts'

const cast = useCast({ worker: true })

const newAddress = () => `${randomBytes(8).toString('hex')}@confirm.example`

const confirm = (token: unknown) =>
  cast.service.call('confirmEmailVerification', { body: { token } })

/** Somebody with an unverified address, and the token that was mailed to it. */
async function mailed(email = newAddress()) {
  const username = `c${randomBytes(6).toString('hex')}`
  const registration = { username, password: 'long enough words', email }
  const { body } = await cast.service.call('register', { body: registration })
  const [mail] = await mailsTo(cast.service, email)
  const { id } = body.user
  return { id: id as number, email, token: mail ? tokenOf(mail) : '' }
}

const stateOf = async (id: number) =>
  (await cast.service.call('getUser', { params: { id }, token: cast.staff.token })).body
    .email_verified

async function expectRefused(token: unknown): Promise<void> {
  const { status, body } = await confirm(token)
  expect([status, body.code]).toEqual([422, 'invalid_token'])
  expect(body.errors).toMatchObject([{ in: 'body', path: '/token', code: 'invalid_token' }])
}

describe('confirmEmailVerification', () => {
  it('makes an address verified, once', async () => {
    const { id, token } = await mailed()
    expect(await stateOf(id)).toBe(false)
    expect((await confirm(token)).status).toBe(204)
    expect(await stateOf(id)).toBe(true)
    await expectRefused(token)
  })

  it('uses a token once when it comes several times at the same moment', async () => {
    const { token } = await mailed()
    const answers = await Promise.all([confirm(token), confirm(token), confirm(token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422, 422])
  })

  it('refuses a token that is unknown, or that a newer one replaced', async () => {
    await expectRefused(randomBytes(32).toString('base64url'))
    const { id, email, token } = await mailed()
    await cast.service.call('requestEmailVerification', { params: { id }, token: cast.staff.token })
    const [, newer] = await mailsTo(cast.service, email, 2)
    await expectRefused(token)
    expect((await confirm(newer && tokenOf(newer))).status).toBe(204)
  })

  it('refuses an expired token', async () => {
    const { id, token } = await mailed()
    const [row] = await cast.service.database.query<{ minutes: number }>(
      `UPDATE one_time_tokens SET expires_at = now() WHERE user_id = $1
       RETURNING extract(epoch FROM (SELECT expires_at FROM one_time_tokens WHERE user_id = $1) - created_at) / 60 AS minutes`,
      [id],
    )
    expect(Number(row?.minutes)).toBe(24 * 60)
    await expectRefused(token)
    expect(await stateOf(id)).toBe(false)
  })

  it('refuses a token of an address that was changed since', async () => {
    const { id, token, email } = await mailed()
    await cast.service.database.query(
      `UPDATE one_time_tokens SET email_index = sha256('other') WHERE user_id = $1`,
      [id],
    )
    await expectRefused(token)
    expect(await stateOf(id)).toBe(false)
    const second = await mailed()
    const body = { email: `other.${email}` }
    await cast.service.call('updateUser', {
      params: { id: second.id },
      body,
      token: cast.staff.token,
    })
    await expectRefused(second.token)
  })

  it('refuses a token for another purpose', async () => {
    const { body } = await cast.service.call('createPasswordReset', {
      params: { id: cast.user.id },
      token: cast.admin.token,
    })
    await expectRefused(body.token)
  })

  it('does not verify an address that somebody else has verified meanwhile', async () => {
    const first = await mailed()
    const customer = await cast.service.createCustomer(cast.staff.token, { email: first.email })
    expect(customer.email_verified).toBe(true)
    const { status, body } = await confirm(first.token)
    expect([status, body.code]).toEqual([409, 'email_taken'])
    expect(await stateOf(first.id)).toBe(false)
  })

  it.each([
    ['/token', 'required', {}],
    ['/token', 'type', { token: 7 }],
    ['/token', 'minLength', { token: '' }],
    ['/id', 'unknown_field', { token: 'x', id: 7 }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await cast.service.call('confirmEmailVerification', { body })
    expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed'])
    expect(answer.body.errors).toMatchObject([{ in: 'body', path, code }])
  })
})
