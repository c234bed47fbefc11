import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { mailsTo } from '../setup/mailbox.ts'
import type { Account } from '../setup/service.ts'

const cast = useCast({ worker: true })

const newAddress = () => `${randomBytes(8).toString('hex')}@verify.example`

const request = (id: number, token?: string) =>
  cast.service.call('requestEmailVerification', { params: { id }, ...(token && { token }) })

/** Somebody with an address that is not verified. No mail is on its way to it. */
async function claimant(email = newAddress()): Promise<Account & { readonly email: string }> {
  const account = await cast.service.createAccount()
  const { id, token } = account
  await cast.service.call('updateUser', { params: { id }, body: { email }, token })
  return { ...account, email }
}

describe('requestEmailVerification', () => {
  it('mails a link that says nothing of the account', async () => {
    const { id, token, email, username } = await claimant()
    const { status, body } = await request(id, token)
    expect([status, body]).toEqual([202, { message: 'A mail is on its way' }])
    const [mail] = await mailsTo(cast.service, email)
    expect(mail?.subject).toBe('Please confirm your email address')
    expect(mail?.text).toMatch(/^http:\/\/127\.0\.0\.1:3000\/#verify-email=[\w-]{43}$/m)
    expect(mail?.raw).not.toContain(username)
  })

  it('stores no readable token and no address', async () => {
    const { id, token, email } = await claimant()
    await request(id, token)
    const [mail] = await mailsTo(cast.service, email)
    const secret = /verify-email=([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? ''
    const rows = await cast.service.database.query<{ text: string; hash: string }>(
      `SELECT one_time_tokens::text AS text, encode(token_hash, 'hex') AS hash
       FROM one_time_tokens WHERE user_id = $1`,
      [id],
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.text).not.toContain(secret)
    expect(rows[0]?.text).not.toContain(Buffer.from(secret).toString('hex'))
    expect(rows[0]?.text).not.toContain(email)
  })

  it('is for the user and for staff', async () => {
    const { id, email } = await claimant()
    expect((await request(id, cast.staff.token)).status).toBe(202)
    await mailsTo(cast.service, email)
    expect((await request(id, cast.admin.token)).status).toBe(202)
    expect((await request(id, cast.other.token)).status).toBe(404)
    expect((await request(id)).status).toBe(401)
  })

  it('refuses where there is nothing to verify', async () => {
    const none = await request(cast.user.id, cast.user.token)
    expect([none.status, none.body.code]).toEqual([409, 'no_email'])
    const customer = await cast.service.createCustomer(cast.staff.token)
    const verified = await request(customer.id, cast.staff.token)
    expect([verified.status, verified.body.code]).toEqual([409, 'email_verified'])
  })

  it('sends five an hour at most, whoever asks', async () => {
    const { id, token } = await claimant()
    const asked = [token, cast.staff.token, token, token, cast.admin.token]
    for (const one of asked) expect((await request(id, one)).status).toBe(202)
    const { status, headers, body } = await request(id, cast.staff.token)
    expect([status, body.code]).toEqual([429, 'too_many_attempts'])
    expect(Number(headers['retry-after'])).toBeGreaterThan(3_000)
  })

  it('refuses an id that is none, and a user who is not there', async () => {
    expect((await request(0, cast.staff.token)).status).toBe(422)
    expect((await request(999_999, cast.staff.token)).status).toBe(404)
  })
})
