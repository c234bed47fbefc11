import { describe, expect, it } from 'vitest'
import { createAccessToken } from '../setup/access-token.ts'
import { useCast } from '../setup/cast.ts'
import type { Account } from '../setup/service.ts'

const cast = useCast()

const NEW = 'many words of a staple'
/** An account that has logged in from the address of these tests. */
const newAccount = async () => cast.service.logIn(await cast.service.createAccount())
const change = (token: string, body: unknown) =>
  cast.service.call('changePassword', { token, body })
const changeOf = ({ token, password }: Account, new_password: string = NEW) =>
  change(token, { current_password: password, new_password })
const login = (username: string, password: string) =>
  cast.service.call('login', { body: { username, password } })
const me = async (token: string) => (await cast.service.call('getMe', { token })).status

describe('changePassword', () => {
  it('gives the account another password', async () => {
    const account = await newAccount()
    const { status, body } = await changeOf(account)
    expect([status, body]).toEqual([204, ''])
    expect((await login(account.username, account.password)).status).toBe(401)
    expect((await login(account.username, NEW)).status).toBe(200)
  })

  it('ends all other sessions at once; the one that asks and API keys go on', async () => {
    const account = await newAccount()
    const other = await login(account.username, account.password)
    const key = await cast.service.call('createApiKey', {
      token: cast.admin.token,
      body: { name: 'A key', scopes: ['users:read'], user_id: account.id },
    })
    await changeOf(account)
    expect(await me(other.body.access_token)).toBe(401)
    const { refresh_token } = other.body
    const refreshed = await cast.service.call('refreshToken', { body: { refresh_token } })
    expect(refreshed.status).toBe(401)
    expect([await me(account.token), await me(key.body.key)]).toEqual([200, 200])
    expect(await me(cast.other.token)).toBe(200)
  })

  it('ends the open links to reset the password', async () => {
    const account = await newAccount()
    const params = { id: account.id }
    const link = await cast.service.call('createPasswordReset', { token: cast.admin.token, params })
    expect(link.status).toBe(201)
    await changeOf(account)
    const body = { token: link.body.token, new_password: 'another staple of words' }
    const refused = await cast.service.call('confirmPasswordReset', { body })
    expect([refused.status, refused.body.code]).toEqual([422, 'invalid_token'])
  })

  it('refuses a wrong current password by a code of its own, and changes nothing', async () => {
    const account = await newAccount()
    const body = { current_password: 'a wrong password', new_password: NEW }
    const refused = await change(account.token, body)
    expect([refused.status, refused.body.code]).toEqual([403, 'wrong_password'])
    expect((await login(account.username, account.password)).status).toBe(200)
    expect(await me(account.token)).toBe(200)
  })

  it('counts wrong ones together with attempts to log in, and waits with them', async () => {
    const account = await newAccount()
    const wrong = { current_password: 'a wrong password', new_password: NEW }
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect((await change(account.token, wrong)).status).toBe(403)
      expect((await login(account.username, 'a wrong password')).status).toBe(401)
    }
    const refused = await changeOf(account)
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_attempts'])
    expect(refused.headers['retry-after']).toBeDefined()
    expect((await login(account.username, account.password)).status).toBe(429)
  })

  it('forgets the wrong ones with the right one', async () => {
    const account = await newAccount()
    await change(account.token, { current_password: 'a wrong password', new_password: NEW })
    await changeOf(account)
    const left = await cast.service.database.query('SELECT FROM login_throttles WHERE failures = 1')
    expect(left).toEqual([])
  })

  it('lets one of two changes at the same moment win', async () => {
    const account = await newAccount()
    const second = await createAccessToken(cast.service, account.id)
    const words = ['first of the two', 'second of the two']
    const answers = await Promise.all(
      [account.token, second].map((token, index) =>
        change(token, { current_password: account.password, new_password: words[index] }),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    // The loser finds another password, or finds its session ended.
    expect(statuses.filter((status) => status === 204)).toHaveLength(1)
    const winner = words[statuses.indexOf(204)] ?? ''
    expect((await login(account.username, winner)).status).toBe(200)
  })

  it('wants a token', async () => {
    const body = { current_password: 'one password', new_password: NEW }
    expect((await cast.service.call('changePassword', { body })).status).toBe(401)
  })

  it('takes no API key', async () => {
    const { body } = await cast.service.call('createApiKey', {
      token: cast.admin.token,
      body: { name: 'A key', scopes: ['users:write'], user_id: cast.user.id },
    })
    const refused = await change(body.key, { current_password: 'a', new_password: NEW })
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
  })

  it('refuses a common password and the user name, before the current one is looked at', async () => {
    for (const new_password of ['password123', cast.user.username.toUpperCase()]) {
      const { status, body } = await change(cast.user.token, {
        current_password: 'x',
        new_password,
      })
      expect(status).toBe(422)
      expect(body.errors).toMatchObject([
        { in: 'body', path: '/new_password', code: 'common_password' },
      ])
    }
  })

  it.each([
    ['/current_password', 'required', { new_password: NEW }],
    ['/new_password', 'required', { current_password: 'one' }],
    ['/new_password', 'minLength', { current_password: 'one', new_password: '1234567' }],
    ['/new_password', 'maxLength', { current_password: 'one', new_password: 'x'.repeat(129) }],
    ['/current_password', 'type', { current_password: 7, new_password: NEW }],
    ['/password', 'unknown_field', { current_password: 'one', new_password: NEW, password: NEW }],
  ])('refuses %s by its rule %s', async (path, code, body) => {
    const { status, body: problem } = await change(cast.user.token, body)
    expect(status).toBe(422)
    expect(problem.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
  })
})
