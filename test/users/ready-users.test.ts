import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { User } from '../../src/generated/schemas.ts'
import { useCast } from '../setup/cast.ts'
import type { TestResponse } from '../setup/service.ts'

const cast = useCast()

let customer: User

beforeEach(async () => {
  customer = await cast.service.createCustomer(cast.staff.token, { age: 40 })
})

const get = (headers: Readonly<Record<string, string>> = {}, id = customer.id) =>
  cast.service.call('getUser', { params: { id }, token: cast.admin.token, headers })
const update = (body: object, headers: Readonly<Record<string, string>> = {}) =>
  cast.service.call('updateUser', {
    params: { id: customer.id },
    token: cast.admin.token,
    body,
    headers,
  })
const etagOf = ({ headers }: TestResponse) => String(headers['etag'])
const sql = (assignment: string) =>
  cast.service.database.query(`UPDATE users SET ${assignment} WHERE id = $1`, [customer.id])

describe('a user whose answer is kept ready', () => {
  it('is answered with the same bytes and headers as before', async () => {
    const first = await get()
    const decrypt = vi.spyOn(cast.service.services.crypto, 'decrypt')
    const again = await get()
    expect(decrypt).not.toHaveBeenCalled()
    decrypt.mockRestore()
    expect(again.body).toEqual(first.body)
    expect(Object.keys(again.body)).toEqual(Object.keys(first.body))
    const lasting = ({ headers: { date: _date, 'x-request-id': _id, ...rest } }: TestResponse) =>
      rest
    expect(lasting(again)).toEqual(lasting(first))
  })

  it.each([
    [{ name: 'Another Name' }, { name: 'Another Name' }],
    [{ email: 'another@customers.example' }, { email: 'another@customers.example' }],
    [{ age: 41 }, { age: 41 }],
    [{ pincode: '560001' }, { pincode: '560001' }],
  ])('shows a change by the API at once: %j', async (change, shown) => {
    const before = await get()
    expect((await update(change)).status).toBe(200)
    const after = await get()
    expect(after.body).toMatchObject(shown)
    expect(etagOf(after)).not.toBe(etagOf(before))
  })

  it('shows role and disabling at once, by whomever', async () => {
    const { id } = await cast.service.createAccount()
    const read = async () => (await get({}, id)).body
    const params = { id }
    const { token } = cast.admin
    const change = (body: object) => cast.service.call('updateUser', { params, token, body })
    expect(await read()).toMatchObject({ role: 'user' })
    await change({ role: 'staff' })
    expect((await read()).role).toBe('staff')
    await change({ disabled: true })
    expect((await read()).disabled).toBe(true)
    const past = 'UPDATE users SET disabled_at = NULL, role = $2 WHERE id = $1'
    await cast.service.database.query(past, [id, 'admin'])
    const shown = await read()
    expect(shown.role).toBe('admin')
    expect(shown.disabled).not.toBe(true)
  })

  it('shows each change past Passbook at once, even one back to what was', async () => {
    const tags: string[] = []
    for (const age of [41, 40, 41, 40]) {
      await get()
      await sql(`age = ${age}`)
      const answer = await get()
      expect(answer.body.age).toBe(age)
      tags.push(etagOf(answer))
    }
    expect(tags.slice(2)).toEqual(tags.slice(0, 2))
  })

  it('shows a change after which the row is where it was before', async () => {
    const { query } = cast.service.database
    const place = async () => {
      const [row] = await query('SELECT ctid FROM users WHERE id = $1', [customer.id])
      return row?.['ctid']
    }
    let age = 40
    const move = async () => {
      age += 1
      await sql(`age = ${age}`)
      // Lets the next change take the place that this one left.
      await query('VACUUM users')
    }
    await move()
    await move()
    const before = await place()
    await get()
    do await move()
    while ((await place()) !== before && age < 60)
    expect(await place()).toBe(before)
    expect((await get()).body.age).toBe(age)
  })

  it('is not shown as a transaction has it that is under way or was taken back', async () => {
    const { database } = cast.service.services
    const unit = database.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE users SET age = 99 WHERE id = ${customer.id}`
      expect((await get()).body.age).toBe(40)
      throw new Error('taken back')
    })
    await expect(unit).rejects.toThrow('taken back')
    expect((await get()).body.age).toBe(40)
  })

  it('is 304 for whoever has it, until it changes', async () => {
    const etag = etagOf(await get())
    const known = await get({ 'if-none-match': etag })
    expect([known.status, etagOf(known), known.body]).toEqual([304, etag, ''])
    await sql('age = 77')
    const changed = await get({ 'if-none-match': etag })
    expect([changed.status, changed.body.age]).toEqual([200, 77])
  })

  it('has a tag that If-Match takes, until it changes', async () => {
    await get()
    const etag = etagOf(await get())
    const first = await update({ age: 50 }, { 'if-match': etag })
    expect(first.status).toBe(200)
    expect((await update({ age: 51 }, { 'if-match': etag })).status).toBe(412)
    expect(etagOf(await get())).toBe(etagOf(first))
    expect((await update({ age: 52 }, { 'if-match': etagOf(first) })).status).toBe(200)
  })

  it('is not shown to who may not see it', async () => {
    await get()
    const { status } = await cast.service.call('getUser', {
      params: { id: customer.id },
      token: cast.user.token,
    })
    expect(status).toBe(404)
  })

  it.each(['the API', 'SQL'])('is gone and forgotten once deleted by %s', async (by) => {
    const etag = etagOf(await get())
    const params = { id: customer.id }
    if (by === 'SQL') {
      await cast.service.database.query('DELETE FROM users WHERE id = $1', [customer.id])
    } else {
      await cast.service.call('deleteUser', { params, token: cast.admin.token })
      const question = { userId: customer.id, kind: 'user', name: '' } as const
      expect(cast.service.services.cache.kept(question)).toBeUndefined()
    }
    expect((await get()).status).toBe(404)
    expect((await get({ 'if-none-match': etag })).status).toBe(404)
  })

  it('is answered right to all who ask at once, be they there or not', async () => {
    const other = await cast.service.createCustomer(cast.staff.token)
    await get()
    const ids = [customer.id, 999_999, other.id, customer.id, other.id]
    const answers = await Promise.all(ids.map((id) => get({}, id)))
    expect(answers.map(({ status, body }) => [status, body.id])).toEqual([
      [200, customer.id],
      [404, undefined],
      [200, other.id],
      [200, customer.id],
      [200, other.id],
    ])
  })
})
