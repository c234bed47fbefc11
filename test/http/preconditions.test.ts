import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let staff: Account
let user: Account

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
  user = await service.createAccount()
})
afterAll(() => service.close())

const get = (id: number, headers = {}) =>
  service.call('getUser', { params: { id }, token: staff.token, headers })
const put = (id: number, body: object, headers = {}) =>
  service.call('updateUser', { params: { id }, body, token: staff.token, headers })
const remove = (id: number, headers = {}) =>
  service.call('deleteUser', { params: { id }, token: staff.token, headers })
const etagOf = async (id: number) => String((await get(id)).headers['etag'])

describe('ETag and If-None-Match', () => {
  it('answer 304 while nothing has changed, without a body', async () => {
    const { id } = await service.createCustomer(staff.token)
    const etag = await etagOf(id)
    const unchanged = await get(id, { 'if-none-match': `"old", W/${etag}` })
    expect([unchanged.status, unchanged.body]).toEqual([304, ''])
    expect(unchanged.headers).toMatchObject({ etag, 'cache-control': 'private, no-cache' })
    await put(id, { age: 50 })
    const changed = await get(id, { 'if-none-match': etag })
    expect(changed.status).toBe(200)
    expect(changed.headers['etag']).not.toBe(etag)
  })

  it('of a change refuse it where the record has the tag, or is there at all', async () => {
    const { id } = await service.createCustomer(staff.token)
    const etag = await etagOf(id)
    for (const tag of ['*', etag, `W/${etag}`]) {
      const refused = await put(id, { age: 51 }, { 'if-none-match': tag })
      expect([refused.status, refused.body.code]).toEqual([412, 'precondition_failed'])
      expect((await remove(id, { 'if-none-match': tag })).status).toBe(412)
    }
    expect(await etagOf(id)).toBe(etag)
    expect((await put(id, { age: 51 }, { 'if-none-match': '"other"' })).status).toBe(200)
    expect((await put(2 ** 40, { age: 51 }, { 'if-none-match': '*' })).status).toBe(404)
  })

  it('are sent with created and changed records', async () => {
    const body = { name: 'Tagged Customer', email: 'tagged@customers.example' }
    const created = await service.call('createUser', { body, token: staff.token })
    expect(created.headers['etag']).toBe(await etagOf(created.body.id))
    const changed = await put(created.body.id, { age: 51 })
    expect(changed.headers['etag']).toBe(await etagOf(created.body.id))
  })

  it('are the same for everybody who may see the record', async () => {
    const me = await service.call('getMe', { token: user.token })
    expect(me.headers['etag']).toBe(await etagOf(user.id))
    const again = await service.call('getMe', {
      token: user.token,
      headers: { 'if-none-match': String(me.headers['etag']) },
    })
    expect(again.status).toBe(304)
  })

  it('reveal nothing about other users’ records', async () => {
    const { id } = await service.createCustomer(staff.token)
    const headers = { 'if-none-match': await etagOf(id) }
    const { status } = await service.call('getUser', { params: { id }, token: user.token, headers })
    expect(status).toBe(404)
  })
})

describe('If-Match', () => {
  it('accepts a change of the state that was read, and refuses any other', async () => {
    const { id } = await service.createCustomer(staff.token, { age: 20 })
    const etag = await etagOf(id)
    const changed = await put(id, { age: 21 }, { 'if-match': etag })
    expect([changed.status, changed.body.age]).toEqual([200, 21])
    const stale = await put(id, { age: 22 }, { 'if-match': etag })
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    expect((await get(id)).body.age).toBe(21)
    expect((await remove(id, { 'if-match': etag })).status).toBe(412)
    expect((await remove(id, { 'if-match': String(changed.headers['etag']) })).status).toBe(204)
  })

  it('accepts one of two concurrent changes and answers 412 to the other', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await service.createCustomer(staff.token)
      const headers = { 'if-match': await etagOf(id) }
      const answers = await Promise.all([
        put(id, { age: 31 }, headers),
        put(id, { age: 32 }, headers),
      ])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
      const [winner] = answers.filter(({ status }) => status === 200)
      expect((await get(id)).body).toEqual(winner?.body)
    }
  })

  it('accepts one of twenty concurrent changes and deletions', async () => {
    const { id } = await service.createCustomer(staff.token)
    const headers = { 'if-match': await etagOf(id) }
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 4 === 0 ? remove(id, headers) : put(id, { age: 30 + index }, headers),
      ),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status < 300)).toHaveLength(1)
    // After a deletion the others find no record: 404.
    expect(statuses.filter((status) => ![200, 204, 404, 412].includes(status))).toEqual([])
  })

  it('is not affected by changes of other records', async () => {
    const admins = await Promise.all(
      Array.from({ length: 6 }, () => service.createAccount('admin')),
    )
    const [deleter] = admins
    const tags = await Promise.all(admins.slice(1).map(({ id }) => etagOf(id)))
    const answers = await Promise.all(
      admins.slice(1).map(({ id }, index) =>
        service.call('deleteUser', {
          params: { id },
          token: String(deleter?.token),
          headers: { 'if-match': String(tags[index]) },
        }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(tags.map(() => 204))
  })

  it('matches any record with *, and none with a weak tag', async () => {
    const { id } = await service.createCustomer(staff.token)
    expect((await put(id, { age: 40 }, { 'if-match': '*' })).status).toBe(200)
    const weak = `W/${await etagOf(id)}`
    expect((await put(id, { age: 41 }, { 'if-match': weak })).status).toBe(412)
  })

  it('hides another user’s record, whatever the tag', async () => {
    const { id } = await service.createCustomer(staff.token)
    for (const tag of ['*', '"none"', await etagOf(id)]) {
      const { status } = await service.call('updateUser', {
        params: { id },
        body: { age: 9 },
        token: user.token,
        headers: { 'if-match': tag },
      })
      expect(status).toBe(404)
    }
  })

  it('still applies the rules of the operation', async () => {
    const colleague = await service.createAccount('staff')
    const headers = { 'if-match': await etagOf(colleague.id) }
    expect((await put(colleague.id, { age: 9 }, headers)).status).toBe(403)
    expect((await put(colleague.id, { age: 0 }, headers)).status).toBe(422)
  })

  it('works for transactions too, leaving them unchanged on 412', async () => {
    const { id } = await service.createTransaction(user.token, { user_id: user.id })
    const call = (operation: 'getTransaction' | 'updateTransaction', request: object) =>
      service.call(operation, { params: { id }, token: user.token, ...request })
    const etag = String((await call('getTransaction', {})).headers['etag'])
    const change = (amount: string) =>
      call('updateTransaction', {
        body: { transaction_amount: amount },
        headers: { 'if-match': etag },
      })
    expect((await change('11.00')).status).toBe(200)
    expect((await change('12.00')).status).toBe(412)
    expect((await call('getTransaction', {})).body.transaction_amount).toBe('11.00')
  })
})
