import { expect, it } from 'vitest'
import { nobody, type UserRecords } from './records.ts'

/** What differs between the kinds of records when one is created. */
export interface Creation {
  /** A body with every field. */
  readonly sent: object
  /** The fields that the answer shows in another form. */
  readonly shown: object
  /** Invalid fields, each with the place and the rule of its error. */
  readonly refusals: readonly (readonly [path: string, code: string, fields: object])[]
}

/** Tests that apply to creating any kind of user record. */
export function testCreation(records: UserRecords, { sent, shown, refusals }: Creation): void {
  const { of, cast, create, all } = records
  const chosen = () => ({ ...of.required(), [of.flag]: true })

  it('answers with the record and its location', async () => {
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

  it(`is not ${of.chosen} by default, and leaves out fields without a value`, async () => {
    const { body } = await create(cast.user.id, of.required())
    expect(body[of.flag]).toBe(false)
    for (const field of Object.keys(of.optional)) expect(body).not.toHaveProperty(field)
  })

  it(`makes the former one no longer ${of.chosen}, for this user only`, async () => {
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
    ['the name with the longest search key', '\ufdfa'.repeat(200)],
    [
      'a name of many different characters',
      '\u3300\u3305\u3315\u3316\u331e\u332b\u3333\u3347'.repeat(25),
    ],
  ])(`accepts %s for a record that is ${of.chosen}`, async (_, title) => {
    const { status, body } = await create(cast.user.id, { ...chosen(), [of.title]: title })
    expect([status, body[of.title]]).toEqual([201, title])
  })

  it('creates one record for repeated requests with one Idempotency-Key', async () => {
    const { id, token } = await cast.service.createAccount()
    const body = chosen()
    const send = () => create(id, body, token, { 'idempotency-key': 'the record' })
    const first = await send()
    const again = await send()
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect([again.status, again.body]).toEqual([201, first.body])
    expect(await all(id)).toEqual([first.body])
  })

  it.each(refusals)('refuses %s by the rule %s', async (path, code, fields) => {
    const { status, body } = await create(cast.user.id, { ...of.required(), ...fields })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'body', path, code, message: expect.any(String) })
  })

  it('hides other users', async () => {
    const { other } = cast
    const { status, body } = await create(other.id, of.required())
    expect([status, body.detail]).toEqual([404, `User with ID ${other.id} not found`])
  })

  it('answers 404 for an unknown user', async () => {
    expect((await create(999_999, of.required(), cast.staff.token)).status).toBe(404)
  })

  it('lets staff add records to customers and themselves, but not to colleagues', async () => {
    const { other, staff, admin } = cast
    expect((await create(other.id, of.required(), staff.token)).status).toBe(201)
    expect((await create(staff.id, of.required(), staff.token)).status).toBe(201)
    const { status, body } = await create(admin.id, of.required(), staff.token)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect((await create(staff.id, of.required(), admin.token)).status).toBe(201)
  })

  it('requires a token', async () => {
    expect((await create(cast.user.id, of.required(), nobody)).status).toBe(401)
  })
}
