import { expect, it } from 'vitest'
import { nobody, type UserRecords } from './records.ts'

/** What differs between the kinds of records when one is made. */
export interface Creation {
  /** A body with every field. */
  readonly sent: object
  /** Those of its fields that are answered otherwise than they were sent. */
  readonly shown: object
  /** What is refused: where, by which rule, and the fields that are wrong. */
  readonly refusals: readonly (readonly [path: string, code: string, fields: object])[]
}

/** What holds of making any record of a user. */
export function testCreation(records: UserRecords, { sent, shown, refusals }: Creation): void {
  const { of, cast, create, all } = records
  const chosen = () => ({ ...of.required(), [of.flag]: true })

  it('answers with the record and where it is', async () => {
    const { user } = cast
    const { status, headers, body } = await create(user.id, sent)
    expect(status).toBe(201)
    expect(headers['location']).toBe(`/v1/users/${user.id}/${of.path}/${body.id}`)
    expect(body).toEqual({
      ...sent,
      ...shown,
      id: expect.any(Number),
      user_id: user.id,
      created_at: expect.any(String),
      updated_at: body.created_at,
    })
    const read = await records.get(body.id)
    expect(read.body).toEqual(body)
    expect(read.headers['etag']).toBe(headers['etag'])
  })

  it(`is not ${of.chosen} unless it is said to be, and leaves out what has no value`, async () => {
    const { body } = await create(cast.user.id, of.required())
    expect(body[of.flag]).toBe(false)
    for (const field of Object.keys(of.optional)) expect(body).not.toHaveProperty(field)
  })

  it(`ends the former’s being ${of.chosen}, of this user alone`, async () => {
    const { service, staff } = cast
    const one = await service.createCustomer(staff.token)
    const two = await service.createCustomer(staff.token)
    const theirs = await create(two.id, chosen(), staff.token)
    const former = await create(one.id, chosen(), staff.token)
    const now = await create(one.id, chosen(), staff.token)
    await create(one.id, of.required(), staff.token)
    expect(await all(one.id)).toMatchObject([
      { id: former.body.id, [of.flag]: false },
      { id: now.body.id, [of.flag]: true },
      { [of.flag]: false },
    ])
    expect(await all(two.id)).toEqual([theirs.body])
  })

  it.each([
    ['the longest name', '\u{1f600}'.repeat(200)],
    ['one that takes most room without regard to case', '\ufdfa'.repeat(200)],
    ['one of many different signs', '\u3300\u3305\u3315\u3316\u331e\u332b\u3333\u3347'.repeat(25)],
  ])(`takes %s where it is ${of.chosen}`, async (_, title) => {
    const { status, body } = await create(cast.user.id, { ...chosen(), [of.title]: title })
    expect([status, body[of.title]]).toEqual([201, title])
  })

  it('is done once, however often it is sent under one key', async () => {
    const { id, token } = await cast.service.createAccount()
    const body = chosen()
    const send = () => create(id, body, token, { 'idempotency-key': 'the record' })
    const first = await send()
    const again = await send()
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect([again.status, again.body]).toEqual([201, first.body])
    expect(await all(id)).toEqual([first.body])
  })

  it.each(refusals)('refuses %s by its rule %s', async (path, code, fields) => {
    const { status, body } = await create(cast.user.id, { ...of.required(), ...fields })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'body', path, code, message: expect.any(String) })
  })

  it('hides somebody else from users', async () => {
    const { other } = cast
    const { status, body } = await create(other.id, of.required())
    expect([status, body.detail]).toEqual([404, `User with ID ${other.id} not found`])
  })

  it('answers 404 where there is no user', async () => {
    expect((await create(999_999, of.required(), cast.staff.token)).status).toBe(404)
  })

  it('lets staff add to customers and themselves, but to their colleagues not', async () => {
    const { other, staff, admin } = cast
    expect((await create(other.id, of.required(), staff.token)).status).toBe(201)
    expect((await create(staff.id, of.required(), staff.token)).status).toBe(201)
    const { status, body } = await create(admin.id, of.required(), staff.token)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect((await create(staff.id, of.required(), admin.token)).status).toBe(201)
  })

  it('wants a token', async () => {
    expect((await create(cast.user.id, of.required(), nobody)).status).toBe(401)
  })
}
