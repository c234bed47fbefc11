import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { mailsTo, tokenOf } from '../setup/mailbox.ts'

const cast = useCast({ worker: true })

const confirm = (token: unknown, new_password: unknown = 'quite another one') =>
  cast.service.call('confirmPasswordReset', { body: { token, new_password } })

const logIn = (username: string, password: string) =>
  cast.service.call('login', { body: { username, password } })

/** An account with a verified address, and the token that was mailed to it. */
async function mailed() {
  const account = await cast.service.createAccount()
  const email = `${randomBytes(8).toString('hex')}@chosen.example`
  const change = { params: { id: account.id }, body: { email }, token: cast.staff.token }
  await cast.service.call('updateUser', change)
  await cast.service.call('requestPasswordReset', { body: { email } })
  const [mail] = await mailsTo(cast.service, email)
  return { ...account, email, reset: mail ? tokenOf(mail) : '' }
}

async function expectRefused(token: unknown): Promise<void> {
  const { status, body } = await confirm(token)
  expect([status, body.code]).toEqual([422, 'invalid_token'])
}

describe('confirmPasswordReset', () => {
  it('sets the password, once, and ends every login', async () => {
    const { username, password, reset } = await mailed()
    const { body: pair } = await logIn(username, password)
    expect((await confirm(reset, 'my new password')).status).toBe(204)
    expect((await logIn(username, 'my new password')).status).toBe(200)
    expect((await logIn(username, password)).status).toBe(401)
    const refreshed = await cast.service.call('refreshToken', {
      body: { refresh_token: pair.refresh_token },
    })
    expect(refreshed.status).toBe(401)
    await expectRefused(reset)
  })

  it('uses a token once when it comes several times at the same moment', async () => {
    const { reset } = await mailed()
    const answers = await Promise.all([confirm(reset), confirm(reset), confirm(reset)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422, 422])
  })

  it('refuses an older token, an expired one, and one of a former address', async () => {
    const { username, email, reset } = await mailed()
    await cast.service.call('requestPasswordReset', { body: { username } })
    const [, newer] = await mailsTo(cast.service, email, 2)
    await expectRefused(reset)
    expect((await confirm(newer && tokenOf(newer))).status).toBe(204)

    const late = await mailed()
    await cast.service.database.query(
      `UPDATE one_time_tokens SET expires_at = created_at, created_at = created_at - (expires_at - created_at)
       WHERE user_id = $1 AND expires_at - created_at = interval '30 minutes'`,
      [late.id],
    )
    await expectRefused(late.reset)

    const moved = await mailed()
    await cast.service.call('updateUser', {
      params: { id: moved.id },
      body: { email: `moved.${moved.email}` },
      token: cast.staff.token,
    })
    await expectRefused(moved.reset)
    expect((await logIn(moved.username, moved.password)).status).toBe(200)
  })

  it('refuses a common password and the user name, and the token stays good', async () => {
    const { username, reset } = await mailed()
    for (const easy of ['password123', username.toUpperCase()]) {
      const { status, body } = await confirm(reset, easy)
      expect(status).toBe(422)
      expect(body.errors).toMatchObject([{ path: '/new_password', code: 'common_password' }])
    }
    expect((await confirm(reset)).status).toBe(204)
  })

  it.each([
    ['/token', 'required', { new_password: 'long enough words' }],
    ['/new_password', 'required', { token: 'x' }],
    ['/new_password', 'minLength', { token: 'x', new_password: 'short' }],
    ['/new_password', 'maxLength', { token: 'x', new_password: 'p'.repeat(129) }],
    ['/user_id', 'unknown_field', { token: 'x', new_password: 'long enough words', user_id: 7 }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const answer = await cast.service.call('confirmPasswordReset', { body })
    expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed'])
    expect(answer.body.errors).toMatchObject([{ in: 'body', path, code }])
  })
})
