import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { rules, statuses, testBatch } from '../setup/batches.ts'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

const address = () => `${randomBytes(8).toString('hex')}@bulk.example`
const item = (fields = {}) => ({ name: 'Bulk Customer', email: address(), ...fields })

const bulk = (users: unknown, mode?: string, token: string = cast.staff.token) =>
  cast.service.call('bulkCreateUsers', {
    body: { ...(mode !== undefined && { mode }), users },
    token,
  })

const findByEmail = async (email: string) =>
  (await cast.service.call('listUsers', { query: { email }, token: cast.staff.token })).body

const countUsers = async () => {
  const [row] = await cast.service.database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM users',
  )
  return row?.count ?? 0
}

describe('bulkCreateUsers', () => {
  testBatch(cast, {
    operation: 'bulkCreateUsers',
    list: 'users',
    item,
    callers: () => [cast.staff, cast.admin],
    count: countUsers,
  })

  it.each(['atomic', 'partial', undefined])('creates all when mode is %s', async (mode) => {
    const sent = [item({ name: 'Zoë Zúñiga', age: 34, pincode: '560001' }), item()]
    const { status, body } = await bulk(sent, mode)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      created: 2,
      failed: 0,
      results: [
        { index: 0, status: 201, user: { ...sent[0], role: 'user' } },
        { index: 1, status: 201, user: { ...sent[1], role: 'user' } },
      ],
    })
    for (const { user: created } of body.results) {
      const request = { params: { id: created.id }, token: cast.staff.token }
      expect((await cast.service.call('getUser', request)).body).toEqual(created)
      expect(await findByEmail(created.email.toUpperCase())).toEqual([created])
    }
    const found = await cast.service.call('listUsers', {
      query: { q: 'zuni' },
      token: cast.staff.token,
    })
    expect(found.body).toContainEqual(body.results[0].user)
  })

  it('creates 1,000 in their order', async () => {
    const sent = Array.from({ length: 1000 }, (_, index) => item({ age: 1 + (index % 150) }))
    const before = await countUsers()
    const { status, body } = await bulk(sent)
    expect([status, body.created, body.failed]).toEqual([201, 1000, 0])
    expect(await countUsers()).toBe(before + 1000)
    expect(body.results.map((result: { user: { email: string } }) => result.user.email)).toEqual(
      sent.map(({ email }) => email),
    )
  })

  it('encrypts names and addresses', async () => {
    const { body } = await bulk([item({ name: 'Nobody May Read' })])
    const [row] = await cast.service.database.query<{ name: Buffer; email: Buffer }>(
      'SELECT name, email FROM users WHERE id = $1',
      [body.results[0].user.id],
    )
    expect(row?.name.toString('latin1')).not.toContain('Nobody')
    expect(row?.email.toString('latin1')).not.toContain('bulk.example')
  })

  it('repeats its answer to a retry with the same Idempotency-Key', async () => {
    const request = {
      body: { users: [item(), item()] },
      token: cast.staff.token,
      headers: { 'idempotency-key': 'once' },
    }
    const first = await cast.service.call('bulkCreateUsers', request)
    const before = await countUsers()
    const second = await cast.service.call('bulkCreateUsers', request)
    expect([second.status, second.body]).toEqual([201, first.body])
    expect(second.headers['idempotency-replayed']).toBe('true')
    expect(await countUsers()).toBe(before)
  })

  it('is for staff', async () => {
    const email = address()
    const { status, body } = await bulk([item({ email })], 'atomic', cast.user.token)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect(await findByEmail(email)).toEqual([])
  })
})

describe('atomic', () => {
  it('names every bad item and stores nothing', async () => {
    const before = await countUsers()
    const { status, body } = await bulk([
      item(),
      item({ email: 'no address' }),
      item({ name: undefined, colour: 'red' }),
      item({ age: 151, role: 'admin' }),
      'no object',
    ])
    expect(status).toBe(422)
    expect(rules(body)).toEqual([
      '/users/1/email format',
      '/users/2/name required',
      '/users/2/colour unknown_field',
      '/users/3/role unknown_field',
      '/users/3/age maximum',
      '/users/4 type',
    ])
    expect(await countUsers()).toBe(before)
  })

  it.each(['inside the batch', 'against the stored'])(
    'refuses an address taken %s, whatever its case',
    async (where) => {
      const email = address()
      if (where === 'against the stored')
        await cast.service.createCustomer(cast.staff.token, { email })
      const before = await countUsers()
      const rest = where === 'inside the batch' ? [item({ email })] : [item()]
      const { status, body } = await bulk([...rest, item({ email: email.toUpperCase() }), item()])
      expect(status).toBe(422)
      expect(body.errors).toEqual([
        {
          in: 'body',
          path: '/users/1/email',
          code: 'email_taken',
          message: 'Another user has this email address',
        },
      ])
      expect(await countUsers()).toBe(before)
    },
  )

  it('stores one of two concurrent batches with the same addresses in opposite order', async () => {
    const sent = Array.from({ length: 200 }, () => item())
    const answers = await Promise.all([bulk(sent), bulk([...sent].reverse())])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422])
  })
})

describe('partial', () => {
  it('stores the valid items and reports the outcome of each, in order', async () => {
    const [stored, twice] = [address(), address()]
    await cast.service.createCustomer(cast.staff.token, { email: stored })
    const before = await countUsers()
    const { status, body } = await bulk(
      [
        item({ email: stored }),
        item({ email: twice, name: 'The First' }),
        item({ age: 0 }),
        item({ email: twice.toUpperCase(), name: 'The Second' }),
        null,
        item(),
      ],
      'partial',
    )
    expect(status).toBe(201)
    expect(statuses(body)).toEqual([409, 201, 422, 409, 422, 201])
    expect(body).toMatchObject({ created: 2, failed: 4 })
    expect(body.results[1].user.name).toBe('The First')
    expect(body.results[0].error).toEqual({
      code: 'email_taken',
      status: 409,
      title: 'Conflict',
      detail: 'Another user has this email address',
    })
    expect(body.results[2].error.errors).toEqual([
      expect.objectContaining({ in: 'body', path: '/age', code: 'minimum' }),
    ])
    expect(await countUsers()).toBe(before + 2)
  })

  it('answers 201 when no item is valid, and stores nothing', async () => {
    const before = await countUsers()
    const { status, body } = await bulk([item({ name: ' ' }), 7], 'partial')
    expect(status).toBe(201)
    expect(body).toMatchObject({ created: 0, failed: 2 })
    expect(await countUsers()).toBe(before)
  })
})
