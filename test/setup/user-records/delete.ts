import { expect, it } from 'vitest'
import { nobody, type UserRecords } from './records.ts'

/** What holds of deleting any record of a user. */
export function testDeletion(records: UserRecords): void {
  const { of, cast, remove, all } = records
  const add = (id = cast.user.id) => records.add({ [of.flag]: true }, id)

  it(`removes one and leaves the others, none of them ${of.chosen}`, async () => {
    const customer = await cast.service.createAccount()
    const former = await add(customer.id)
    const { id } = await add(customer.id)
    const { status, body } = await remove(id, customer.token, {}, customer.id)
    expect([status, body]).toEqual([204, ''])
    expect(await all(customer.id)).toMatchObject([{ id: former.id, [of.flag]: false }])
    expect((await remove(id, customer.token, {}, customer.id)).status).toBe(404)
  })

  it('answers 204 to one of two at the same moment', async () => {
    const { id } = await add()
    const answers = await Promise.all([remove(id), remove(id, cast.staff.token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404])
  })

  it('removes only what one has seen, with If-Match', async () => {
    const { id } = await add()
    const { token } = cast.user
    const stale = await remove(id, token, { 'if-match': '"another"' })
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    const { headers } = await records.get(id)
    expect((await remove(id, token, { 'if-match': headers['etag'] })).status).toBe(204)
  })

  it('hides that of somebody else', async () => {
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

  it('lets staff remove those of customers, but of their colleagues none', async () => {
    const { staff, admin } = cast
    expect((await remove((await add()).id, staff.token)).status).toBe(204)
    const { id } = await add(admin.id)
    const { status, body } = await remove(id, staff.token, {}, admin.id)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect((await remove(id, admin.token, {}, admin.id)).status).toBe(204)
  })

  it('refuses a wrong id', async () => {
    const { status, body } = await remove('0')
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'path', path: of.param })
  })

  it('wants a token', async () => {
    expect((await remove((await add()).id, nobody)).status).toBe(401)
  })
}
