import { expect, it } from 'vitest'
import { nobody, type UserRecords } from './records.ts'

/** Tests that apply to deleting any kind of user record. */
export function testDeletion(records: UserRecords): void {
  const { of, cast, remove, all } = records
  const add = (id = cast.user.id) => records.add({ [of.flag]: true }, id)

  it(`removes one and leaves the others, without making any ${of.chosen}`, async () => {
    const customer = await cast.service.createAccount()
    const former = await add(customer.id)
    const { id } = await add(customer.id)
    const { status, body } = await remove(id, customer.token, {}, customer.id)
    expect([status, body]).toEqual([204, ''])
    expect(await all(customer.id)).toMatchObject([{ id: former.id, [of.flag]: false }])
    expect((await remove(id, customer.token, {}, customer.id)).status).toBe(404)
  })

  it('answers 204 to one of two concurrent requests', async () => {
    const { id } = await add()
    const answers = await Promise.all([remove(id), remove(id, cast.staff.token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404])
  })

  it('removes only the state that was read, with If-Match', async () => {
    const { id } = await add()
    const { token } = cast.user
    const stale = await remove(id, token, { 'if-match': '"another"' })
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    const { headers } = await records.get(id)
    expect((await remove(id, token, { 'if-match': headers['etag'] })).status).toBe(204)
  })

  it('hides another user’s record', async () => {
    const { other, user } = cast
    const theirs = await add(other.id)
    const foreign = await remove(theirs.id, user.token, {}, other.id)
    expect([foreign.status, foreign.body.detail]).toEqual([
      404,
      `User with ID ${other.id} not found`,
    ])
    const moved = await remove(theirs.id)
    expect([moved.status, moved.body.detail]).toEqual([
      404,
      `${of.name} with ID ${theirs.id} not found`,
    ])
    expect(await all(other.id)).toEqual([theirs])
  })

  it('lets staff remove records of customers, but not of colleagues', async () => {
    const { staff, admin } = cast
    expect((await remove((await add()).id, staff.token)).status).toBe(204)
    const { id } = await add(admin.id)
    const { status, body } = await remove(id, staff.token, {}, admin.id)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect((await remove(id, admin.token, {}, admin.id)).status).toBe(204)
  })

  it('refuses an invalid id', async () => {
    const { status, body } = await remove('0')
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'path', path: of.param })
  })

  it('requires a token', async () => {
    expect((await remove((await add()).id, nobody)).status).toBe(401)
  })
}
