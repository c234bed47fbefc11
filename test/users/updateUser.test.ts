import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const update = (id: number, body: unknown, token: string, query = {}) =>
  cast.service.call('updateUser', { params: { id }, body, token, query })
const customer = (fields = {}) => cast.service.createCustomer(cast.staff.token, fields)

describe('updateUser', () => {
  it('changes the given fields and leaves the others', async () => {
    const before = await customer({ name: 'Before', age: 30, pincode: '560001' })
    const { status, body } = await update(before.id, { age: 31 }, cast.staff.token)
    expect(status).toBe(200)
    expect(body).toEqual({ ...before, age: 31, updated_at: body.updated_at })
    expect(Date.parse(body.updated_at)).toBeGreaterThanOrEqual(Date.parse(before.updated_at))
    const read = await cast.service.call('getUser', {
      params: { id: before.id },
      token: cast.staff.token,
    })
    expect(read.body).toEqual(body)
  })

  it('removes age and postal code when they are null', async () => {
    const before = await customer({ age: 30, pincode: '560001' })
    const { body } = await update(before.id, { age: null, pincode: null }, cast.staff.token)
    expect(body).not.toHaveProperty('age')
    expect(body).not.toHaveProperty('pincode')
    expect(body.email).toBe(before.email)
  })

  it('finds a user by the new name and address, and no longer by the old ones', async () => {
    const before = await customer({ name: 'Oldname', email: 'old.address@example.com' })
    const changes = { name: 'Newname', email: 'new.address@example.com' }
    await update(before.id, changes, cast.staff.token)
    const find = async (query: Record<string, string>) =>
      (await cast.service.call('listUsers', { query, token: cast.staff.token })).body.length
    const old = [{ q: 'oldn' }, { name: 'oldname' }, { email: before.email ?? '' }]
    const now = [{ q: 'newn' }, { name: 'newname' }, { email: changes.email }]
    expect(await Promise.all(old.map(find))).toEqual([0, 0, 0])
    expect(await Promise.all(now.map(find))).toEqual([1, 1, 1])
  })

  it('keeps finding by the address when only the name changes', async () => {
    const { id } = await customer({ name: 'Kept', email: 'kept.address@example.com' })
    await update(id, { name: 'Changed' }, cast.staff.token)
    const { body } = await cast.service.call('listUsers', {
      query: { q: 'chang kept.addr' },
      token: cast.staff.token,
    })
    expect(body).toMatchObject([{ id, email: 'kept.address@example.com' }])
  })

  it('frees an address for others, and lets a user change the case of their own', async () => {
    const first = await customer({ email: 'moving@example.com' })
    expect((await update(first.id, { email: 'MOVING@example.com' }, cast.staff.token)).status).toBe(
      200,
    )
    await update(first.id, { email: 'moved@example.com' }, cast.staff.token)
    expect((await customer({ email: 'moving@example.com' })).id).toBeGreaterThan(first.id)
  })

  it('refuses the address of another user, regardless of case, and changes nothing', async () => {
    const first = await customer({ email: 'first@example.com' })
    const second = await customer({ age: 20 })
    const { status, body } = await update(
      second.id,
      { email: 'FIRST@example.com', age: 21 },
      cast.staff.token,
    )
    expect([status, body.code]).toEqual([409, 'email_taken'])
    const read = await cast.service.call('getUser', {
      params: { id: second.id },
      token: cast.staff.token,
    })
    expect(read.body).toEqual(second)
    expect(first.email).toBe('first@example.com')
  })

  it('loses no field when two requests change different ones at the same moment', async () => {
    const { id } = await customer()
    const changes = [
      { name: 'At Once' },
      { email: 'at.once@example.com' },
      { age: 77 },
      { pincode: 'AT-1' },
    ]
    await Promise.all(changes.map((change) => update(id, change, cast.staff.token)))
    const { body } = await cast.service.call('getUser', { params: { id }, token: cast.staff.token })
    expect(body).toMatchObject(Object.assign({}, ...changes))
    const found = await cast.service.call('listUsers', {
      query: { q: 'once at' },
      token: cast.staff.token,
    })
    expect(found.body).toMatchObject([{ id }])
  })

  it('lets customers change only themselves', async () => {
    const own = await update(cast.user.id, { name: 'My Name' }, cast.user.token)
    expect([own.status, own.body.name]).toEqual([200, 'My Name'])
    const foreign = await update(cast.other.id, { name: 'My Name' }, cast.user.token)
    expect(foreign.status).toBe(404)
    expect(foreign.body.detail).toBe(`User with ID ${cast.other.id} not found`)
  })

  it('lets staff change themselves, but no colleague', async () => {
    expect((await update(cast.staff.id, { age: 40 }, cast.staff.token)).status).toBe(200)
    const colleague = await cast.service.createAccount('staff')
    for (const { id } of [colleague, cast.admin]) {
      const { status, body } = await update(id, { age: 40 }, cast.staff.token)
      expect([status, body.code]).toEqual([403, 'forbidden'])
    }
    expect((await update(colleague.id, { age: 40 }, cast.admin.token)).status).toBe(200)
  })

  it('answers 404 for an unknown id', async () => {
    const { status, body } = await update(999_999, { age: 40 }, cast.staff.token)
    expect(status).toBe(404)
    expect(body.detail).toBe('User with ID 999999 not found')
  })

  it.each([
    ['', 'minProperties', {}],
    ['/name', 'type', { name: null }],
    ['/name', 'pattern', { name: ' ' }],
    ['/email', 'format', { email: 'none' }],
    ['/email', 'type', { email: null }],
    ['/age', 'minimum', { age: 0 }],
    ['/age', 'type', { age: '40' }],
    ['/pincode', 'pattern', { pincode: '' }],
    ['/password', 'unknown_field', { password: 'another password' }],
    ['/username', 'unknown_field', { username: 'another' }],
  ])('refuses %j by its rule %s', async (path, code, body) => {
    const answer = await update(cast.user.id, body, cast.user.token)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
  })

  it('refuses a query parameter and an invalid id', async () => {
    const { body } = await update(cast.user.id, { age: 40 }, cast.user.token, { fields: 'age' })
    expect(body.errors[0]).toMatchObject({ in: 'query', path: 'fields', code: 'unknown_parameter' })
    const wrong = await update(0, { age: 40 }, cast.user.token)
    expect(wrong.body.errors[0]).toMatchObject({ in: 'path', path: 'id' })
  })

  it('needs a token', async () => {
    const answer = await cast.service.call('updateUser', {
      params: { id: cast.user.id },
      body: { age: 1 },
    })
    expect(answer.status).toBe(401)
  })
})
