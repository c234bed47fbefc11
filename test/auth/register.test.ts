import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let made = 0

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

const PASSWORD = 'a long enough password'
const fresh = () => `member.${++made}`
const register = (body: unknown, query = {}) => service.call('register', { body, query })

describe('register', () => {
  it('creates an account with the role user, and returns its location', async () => {
    const username = fresh()
    const fields = { name: 'Some Body', email: 'Some.Body@Example.com', age: 150 }
    const { status, headers, body } = await register({ username, password: PASSWORD, ...fields })
    expect(status).toBe(201)
    expect(headers['location']).toBe(`/v1/users/${body.user.id}`)
    expect(body).toEqual({
      message: 'User created successfully',
      user: {
        username,
        ...fields,
        email_verified: false,
        id: expect.any(Number),
        role: 'user',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        updated_at: body.user.created_at,
      },
    })
  })

  it('uses the user name as default for the name', async () => {
    const username = fresh()
    const { body } = await register({ username, password: PASSWORD })
    expect(body.user).toMatchObject({ username, name: username })
    expect(body.user).not.toHaveProperty('email')
    expect(body.user).not.toHaveProperty('age')
  })

  it('stores neither password, name nor address in clear', async () => {
    const username = fresh()
    const email = 'clear.text@example.com'
    await register({ username, password: PASSWORD, name: 'Clearly Written', email })
    const [row] = await service.database.query<{ text: string; password_hash: string }>(
      `SELECT password_hash, users::text || encode(name || coalesce(email, ''), 'escape') AS text
       FROM users WHERE username = $1`,
      [username],
    )
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(row?.text).not.toMatch(/clearly|written|clear\.text|long enough/i)
  })

  it.each([
    ['a user name in other letters', { username: 'TAKEN.name' }, 'username_taken'],
    [
      'an address in other letters',
      { username: 'another.name', email: 'Taken@Example.COM' },
      'email_taken',
    ],
  ])('refuses %s that is taken', async (_, fields, code) => {
    await register({ username: 'Taken.Name', password: PASSWORD })
    const staff = await service.createAccount('staff')
    await service.createCustomer(staff.token, { email: 'taken@example.com' })
    const { status, body } = await register({ password: PASSWORD, ...fields })
    expect([status, body.code]).toEqual([409, code])
  })

  it('gives a user name to one of many concurrent requests', async () => {
    const usernames = ['wanted', 'WANTED', 'Wanted', 'wanteD', 'wantED', 'wAnted']
    const answers = await Promise.all(
      usernames.map((username) => register({ username, password: PASSWORD })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
  })

  it.each([
    ['/username', 'required', { username: undefined }],
    ['/password', 'required', { password: undefined }],
    ['/username', 'minLength', { username: 'ab' }],
    ['/username', 'maxLength', { username: 'a'.repeat(65) }],
    ['/username', 'pattern', { username: '.hidden' }],
    ['/username', 'pattern', { username: 'with space' }],
    ['/username', 'pattern', { username: 'line\n' }],
    ['/username', 'type', { username: 12345 }],
    ['/password', 'minLength', { password: '1234567' }],
    ['/password', 'maxLength', { password: 'p'.repeat(129) }],
    ['/password', 'type', { password: 12345678 }],
    ['/name', 'pattern', { name: ' \t' }],
    ['/name', 'maxLength', { name: 'n'.repeat(101) }],
    ['/email', 'format', { email: 'no address' }],
    ['/email', 'format', { email: 'a@localhost' }],
    ['/name', 'type', { name: null }],
    ['/age', 'minimum', { age: 0 }],
    ['/age', 'maximum', { age: 151 }],
    ['/age', 'type', { age: '34' }],
    ['/age', 'type', { age: 33.5 }],
    ['/role', 'unknown_field', { role: 'admin' }],
    ['/pincode', 'unknown_field', { pincode: '560001' }],
  ])('refuses %s by its rule %s', async (path, code, fields) => {
    const { status, body } = await register({ username: fresh(), password: PASSWORD, ...fields })
    expect(status).toBe(422)
    expect(body.code).toBe('validation_failed')
    expect(body.errors).toContainEqual({ in: 'body', path, code, message: expect.any(String) })
  })

  it.each([[[]], ['text'], [7], [null]])('refuses %j as a body', async (body) => {
    const answer = await service.app.inject({
      method: 'POST',
      url: '/v1/register',
      payload: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.statusCode).toBe(422)
    expect(answer.json().errors[0]).toMatchObject({ in: 'body', path: '', code: 'type' })
  })

  it('refuses a common password, and the user name as one', async () => {
    for (const password of ['Password123', 'MEMBER.of.many']) {
      const { status, body } = await register({ username: 'member.of.many', password })
      expect(status).toBe(422)
      expect(body.errors).toMatchObject([
        { in: 'body', path: '/password', code: 'common_password' },
      ])
    }
  })

  it('accepts user names and passwords of minimum and maximum length', async () => {
    const shortest = await register({ username: 'abc', password: 'k7#pq2vz' })
    const longest = await register({ username: 'z'.repeat(64), password: '\u{1f511}'.repeat(128) })
    expect([shortest.status, longest.status]).toEqual([201, 201])
  })

  it('refuses a query parameter', async () => {
    const { body } = await register({ username: fresh(), password: PASSWORD }, { role: 'admin' })
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'query', path: 'role', code: 'unknown_parameter' }),
    ])
  })
})
