import { expect, it } from 'vitest'
import { nobody, type UserRecords } from './records.ts'

/**
 * Tests that apply to changing any kind of user record.
 *
 * @param refusals invalid bodies, each with the place and the rule of its error
 */
export function testUpdate(
  records: UserRecords,
  refusals: readonly (readonly [path: string, code: string, body: object])[],
): void {
  const { of, cast, add, update, read } = records
  const change = { [of.text]: 'Changed' }

  it('changes the given fields and leaves the others', async () => {
    const before = await add()
    const { status, headers, body } = await update(before.id, change)
    expect(status).toBe(200)
    expect(headers['etag']).toEqual(expect.any(String))
    expect(body).toEqual({ ...before, ...change, updated_at: body.updated_at })
    expect(await read(before.id)).toEqual(body)
  })

  it('changes the name together with its search key', async () => {
    const { id } = await add()
    const { body } = await update(id, { [of.title]: 'NILA Union' })
    expect(body[of.title]).toBe('NILA Union')
    const query = `SELECT ${of.key} AS key FROM ${of.table} WHERE id = $1`
    expect(await cast.service.database.query(query, [id])).toEqual([{ key: 'nila union' }])
  })

  it('removes fields that are null', async () => {
    const { id } = await add()
    const fields = Object.keys(of.optional)
    const { body } = await update(id, Object.fromEntries(fields.map((field) => [field, null])))
    expect(body.id).toBe(id)
    for (const field of fields) expect(body).not.toHaveProperty(field)
  })

  it(`makes one ${of.chosen}, and the former one no longer ${of.chosen}`, async () => {
    const { id } = await cast.service.createCustomer(cast.staff.token)
    const former = await add({ [of.flag]: true }, id)
    const next = await add({}, id)
    const choose = (chosen: boolean) =>
      update(next.id, { [of.flag]: chosen }, cast.staff.token, {}, id)
    expect((await choose(true)).body[of.flag]).toBe(true)
    const before = await read(former.id, id)
    expect(before).toEqual({ ...former, [of.flag]: false, updated_at: before.updated_at })
    const again = await choose(true)
    expect([again.status, again.body[of.flag]]).toEqual([200, true])
    expect((await choose(false)).body[of.flag]).toBe(false)
    expect(await read(former.id, id)).toHaveProperty(of.flag, false)
  })

  it('changes only the state that was read, with If-Match', async () => {
    const { id } = await add()
    const { token } = cast.user
    const ifMatch = { 'if-match': String((await records.get(id)).headers['etag']) }
    expect((await update(id, { [of.text]: 'First' }, token, ifMatch)).status).toBe(200)
    const stale = await update(id, { [of.text]: 'Second' }, token, ifMatch)
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    expect(await read(id)).toHaveProperty(of.text, 'First')
  })

  it.each(refusals)('refuses %j by the rule %s, and changes nothing', async (path, code, body) => {
    const before = await add()
    const answer = await update(before.id, body)
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toContainEqual({
      in: 'body',
      path,
      code,
      message: expect.any(String),
    })
    expect(await read(before.id)).toEqual(before)
  })

  it('hides another user’s record', async () => {
    const { other, user } = cast
    const theirs = await add({}, other.id)
    const foreign = await update(theirs.id, change, user.token, {}, other.id)
    expect([foreign.status, foreign.body.detail]).toEqual([
      404,
      `User with ID ${other.id} not found`,
    ])
    const moved = await update(theirs.id, change)
    expect([moved.status, moved.body.detail]).toEqual([
      404,
      `${of.name} with ID ${theirs.id} not found`,
    ])
    expect(await read(theirs.id, other.id)).toEqual(theirs)
  })

  it('lets staff change records of customers, but not of colleagues', async () => {
    const { staff, admin } = cast
    expect((await update((await add()).id, change, staff.token)).status).toBe(200)
    const colleagues = await add({}, admin.id)
    const { status, body } = await update(colleagues.id, change, staff.token, {}, admin.id)
    expect([status, body.code]).toEqual([403, 'forbidden'])
    expect(await read(colleagues.id, admin.id)).toEqual(colleagues)
  })

  it('requires a token', async () => {
    expect((await update((await add()).id, change, nobody)).status).toBe(401)
  })
}
