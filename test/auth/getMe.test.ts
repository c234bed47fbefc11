import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionOf } from '../setup/access-token.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let other: Account

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  other = await service.createAccount()
})
afterAll(() => service.close())

const me = (headers: Readonly<Record<string, string>>) => service.call('getMe', { headers })
const bearer = (token: string) => me({ authorization: `Bearer ${token}` })
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const now = () => Math.floor(Date.now() / 1000)

/** A token with any content, signed like the service signs. */
function forge(
  claims: object,
  { header = { alg: 'HS256', typ: 'JWT' }, secret = service.services.config.jwtSecret } = {},
): string {
  const signed = `${encode(header)}.${encode(claims)}`
  const algorithm = header.alg === 'HS512' ? 'sha512' : 'sha256'
  return `${signed}.${createHmac(algorithm, secret).update(signed).digest('base64url')}`
}

const claims = () => ({
  sub: String(user.id),
  sid: String(sessionOf(user.token)),
  iss: 'passbook',
  iat: now(),
  exp: now() + 60,
})

describe('getMe', () => {
  it('answers with the user of the token', async () => {
    const { status, body } = await service.call('getMe', { token: user.token })
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: user.id, username: user.username, role: 'user' })
  })

  it('accepts a token that is made like the service makes them', async () => {
    expect((await bearer(forge(claims()))).status).toBe(200)
  })

  it('needs a token', async () => {
    const { status, headers, body } = await me({})
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe('Bearer')
    expect(body.code).toBe('unauthorized')
  })

  it.each<[string, () => string]>([
    ['that is no token', () => 'Bearer nonsense'],
    ['that is empty', () => 'Bearer '],
    ['of another scheme', () => `Basic ${Buffer.from('admin:admin').toString('base64')}`],
    ['without a scheme', () => user.token],
    ['whose signature is cut off', () => `Bearer ${user.token.split('.').slice(0, 2).join('.')}.`],
    [
      'whose content was changed',
      () => {
        const [header, , signature] = user.token.split('.')
        return `Bearer ${header}.${encode({ ...claims(), sub: '1' })}.${signature}`
      },
    ],
    ['of the algorithm none', () => `Bearer ${encode({ alg: 'none' })}.${encode(claims())}.`],
    [
      'of another algorithm',
      () => `Bearer ${forge(claims(), { header: { alg: 'HS512', typ: 'JWT' } })}`,
    ],
    ['of another secret', () => `Bearer ${forge(claims(), { secret: 'x'.repeat(64) })}`],
    ['that has expired', () => `Bearer ${forge({ ...claims(), exp: now() - 1 })}`],
    ['of another issuer', () => `Bearer ${forge({ ...claims(), iss: 'elsewhere' })}`],
    ['without an issuer', () => `Bearer ${forge({ ...claims(), iss: undefined })}`],
    ['of an account there is not', () => `Bearer ${forge({ ...claims(), sub: '999999999' })}`],
    ['made out to no user id', () => `Bearer ${forge({ ...claims(), sub: 'somebody' })}`],
    ['without a session', () => `Bearer ${forge({ ...claims(), sid: undefined })}`],
    ['of a session there is not', () => `Bearer ${forge({ ...claims(), sid: '999999999' })}`],
    ['of no session id', () => `Bearer ${forge({ ...claims(), sid: 'mine' })}`],
    [
      'of somebody else’s session',
      () => `Bearer ${forge({ ...claims(), sid: String(sessionOf(other.token)) })}`,
    ],
    ['made out to nobody', () => `Bearer ${forge({ ...claims(), sub: undefined })}`],
  ])('refuses a token %s', async (_, authorization) => {
    const { status, headers, body } = await me({ authorization: authorization() })
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe('Bearer')
    expect(body.code).toBe('unauthorized')
  })

  it('refuses the token of a deleted account at once', async () => {
    const gone = await service.createAccount()
    const deleted = await service.call('deleteUser', {
      params: { id: gone.id },
      token: gone.token,
    })
    expect(deleted.status).toBe(204)
    expect((await bearer(gone.token)).status).toBe(401)
  })

  it('refuses the token of a session that has expired', async () => {
    const { token } = await service.createAccount()
    await service.database.query('UPDATE sessions SET expires_at = now() WHERE id = $1', [
      sessionOf(token),
    ])
    expect((await bearer(token)).status).toBe(401)
  })

  it('uses the current role of the account, not that at login', async () => {
    const account = await service.createAccount('staff')
    const list = () => service.call('listUsers', { token: account.token })
    expect((await list()).status).toBe(200)
    await service.database.query(`UPDATE users SET role = 'user' WHERE id = $1`, [account.id])
    expect((await list()).status).toBe(403)
  })

  it('refuses a query parameter', async () => {
    const { body } = await service.call('getMe', { token: user.token, query: { id: 1 } })
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'query', path: 'id', code: 'unknown_parameter' }),
    ])
  })
})
