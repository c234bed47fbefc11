import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let staff: Account
let made = 0

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  staff = await service.createAccount('staff')
})
afterAll(() => service.close())

const valid = () => ({ name: 'New Customer', email: `customer.${++made}@example.com` })
const create = (body: unknown, token: string = staff.token, query = {}) =>
  service.call('createUser', { body, token, query })

describe('createUser', () => {
  it('answers with the user and their location', async () => {
    const fields = { name: 'Zoë Ångström 李', email: 'Zoe@Example.com', age: 1, pincode: 'AB-1 2' }
    const { status, headers, body } = await create(fields)
    expect(status).toBe(201)
    expect(headers['location']).toBe(`/v1/users/${body.id}`)
    expect(body).toEqual({
      ...fields,
      email_verified: true,
      id: expect.any(Number),
      role: 'user',
      created_at: expect.any(String),
      updated_at: body.created_at,
    })
    const read = await service.call('getUser', { params: { id: body.id }, token: staff.token })
    expect(read.body).toEqual(body)
  })

  it('omits empty fields', async () => {
    const { body } = await create(valid())
    expect(Object.keys(body).sort()).toEqual(
      ['created_at', 'email', 'email_verified', 'id', 'name', 'role', 'updated_at'].sort(),
    )
  })

  it('stores the row without name or address in clear, and without a login', async () => {
    const { body } = await create({ name: 'Secretly Named', email: 'hidden.away@example.com' })
    const [row] = await service.database.query('SELECT * FROM users WHERE id = $1', [body.id])
    expect(row).toMatchObject({ username: null, password_hash: null, role: 'user' })
    for (const value of Object.values(row ?? {})) {
      const text = Buffer.isBuffer(value) ? value.toString('latin1') : String(value)
      expect(text).not.toMatch(/secretly|named|hidden|away|example/i)
    }
  })

  it('encrypts equal names and addresses to different ciphertexts', async () => {
    const first = await create(valid())
    const second = await create(valid())
    const rows = await service.database.query<{ names: number; indexes: number }>(
      `SELECT count(DISTINCT name)::int AS names, count(DISTINCT name_index)::int AS indexes
       FROM users WHERE id = ANY($1)`,
      [[first.body.id, second.body.id]],
    )
    expect(rows).toEqual([{ names: 2, indexes: 1 }])
  })

  it('refuses an address that is taken, regardless of case', async () => {
    const { email } = (await create(valid())).body
    const { status, body } = await create({ name: 'Another', email: email.toUpperCase() })
    expect([status, body.code]).toEqual([409, 'email_taken'])
    expect(JSON.stringify(body)).not.toMatch(new RegExp(email, 'i'))
  })

  it('gives an address to one of twenty concurrent requests', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const local = index % 2 === 0 ? 'wanted' : 'WANTED'
        return create({ name: 'One Of Many', email: `${local}@example.com` })
      }),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)])
  })

  it.each([
    ['/name', 'required', { name: undefined }],
    ['/name', 'minLength', { name: '' }],
    ['/name', 'pattern', { name: '   ' }],
    ['/name', 'maxLength', { name: 'n'.repeat(101) }],
    ['/name', 'type', { name: ['A'] }],
    ['/email', 'required', { email: undefined }],
    ['/email', 'format', { email: '' }],
    ['/email', 'format', { email: 'two@at@example.com' }],
    ['/email', 'format', { email: ' space@example.com' }],
    ['/email', 'format', { email: 'line@example.com\n' }],
    ['/email', 'maxLength', { email: `a@${'b'.repeat(60)}.${'c.'.repeat(100)}example` }],
    ['/email', 'type', { email: true }],
    ['/age', 'minimum', { age: -1 }],
    ['/age', 'maximum', { age: 151 }],
    ['/age', 'type', { age: 33.5 }],
    ['/age', 'type', { age: '33' }],
    ['/name', 'type', { name: null }],
    ['/email', 'type', { email: null }],
    ['/age', 'type', { age: true }],
    ['/pincode', 'pattern', { pincode: '12' }],
    ['/pincode', 'pattern', { pincode: '1234567890123' }],
    ['/pincode', 'pattern', { pincode: '12_34' }],
    ['/pincode', 'type', { pincode: 560001 }],
    ['/name', 'pattern', { name: 'A\u0000B' }],
    ['/name', 'pattern', { name: 'A\nB' }],
    ['/name', 'pattern', { name: 'A\u0085B' }],
    ['/name', 'unicode', { name: 'A\ud800B' }],
    ['/id', 'unknown_field', { id: 7 }],
    ['/role', 'unknown_field', { role: 'admin' }],
    ['/username', 'unknown_field', { username: 'somebody' }],
    ['/password', 'unknown_field', { password: 'some password' }],
  ])('refuses %s by its rule %s', async (path, code, fields) => {
    const { status, body } = await create({ ...valid(), ...fields })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'body', path, code, message: expect.any(String) })
  })

  it('reports every broken rule', async () => {
    const { body } = await create({ email: 'none', age: 0, nickname: 'A' })
    const paths = body.errors.map(({ path }: { readonly path: string }) => path)
    expect(paths.sort()).toEqual(['/age', '/email', '/name', '/nickname'])
  })

  it('counts characters, not bytes or code units', async () => {
    const longest = await create({ ...valid(), name: '\u{1f600}'.repeat(100) })
    expect(longest.status).toBe(201)
    expect([...longest.body.name]).toHaveLength(100)
    expect((await create({ ...valid(), name: '\u{1f600}'.repeat(101) })).status).toBe(422)
    expect((await create({ ...valid(), name: `e${'\u0301'.repeat(5_000)}` })).status).toBe(422)
  })

  it.each([
    ['a quote and a semicolon', `Robert'); DROP TABLE users;--`],
    ['markup', '<script>alert(1)</script>'],
    ['no letters', '\u{1f600} 42'],
    ['only signs', '- . -'],
  ])('keeps a name with %s unchanged', async (_, name) => {
    const { status, body } = await create({ ...valid(), name })
    expect([status, body.name]).toEqual([201, name])
  })

  it('refuses a query parameter', async () => {
    const { status, body } = await create(valid(), staff.token, { dry_run: true })
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({
      in: 'query',
      path: 'dry_run',
      code: 'unknown_parameter',
    })
  })

  it('is for staff', async () => {
    const { status, body } = await create(valid(), user.token)
    expect([status, body.code]).toEqual([403, 'forbidden'])
  })

  it('checks the token before the body', async () => {
    expect((await service.call('createUser', { body: {} })).status).toBe(401)
  })
})
