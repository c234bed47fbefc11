import { beforeAll, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { insertPeople } from './people.ts'

const cast = useCast()

beforeAll(async () => {
  await insertPeople(cast.service.database, [
    { pincode: '560001', company: 'Acme', banks: ['Union Bank', 'Canara Bank'] },
    { pincode: '560001', company: 'ACME', banks: ['UNION bank', 'Union Bank'] },
    { pincode: '560001', company: 'Bolt', formerCompany: 'Acme', banks: ['Zen Bank'] },
    { pincode: '110001', formerCompany: 'Bolt', banks: ['Canara Bank'] },
    { company: 'Crisp' },
    {},
  ])
})

const groups = (group_by: string | readonly string[], query = {}, token = cast.staff.token) =>
  cast.service.call('listUserGroups', { token, query: { group_by, ...query } })

describe('listUserGroups', () => {
  it('counts a user once a bank, and in every bank they have an account with', async () => {
    const { status, body } = await groups('bank')
    expect(status).toBe(200)
    expect(body).toEqual([
      { bank: 'Canara Bank', user_count: 2 },
      { bank: 'UNION bank', user_count: 2 },
      { bank: 'Zen Bank', user_count: 1 },
    ])
  })

  it('takes the company of the current employment', async () => {
    expect((await groups('company')).body).toEqual([
      { company: 'ACME', user_count: 2 },
      { company: 'Bolt', user_count: 1 },
      { company: 'Crisp', user_count: 1 },
    ])
  })

  it('leaves out who has no value', async () => {
    expect((await groups('pincode')).body).toEqual([
      { pincode: '560001', user_count: 3 },
      { pincode: '110001', user_count: 1 },
    ])
  })

  it('groups by several, in whatever order they are asked for', async () => {
    const expected = [
      { bank: 'UNION bank', company: 'ACME', pincode: '560001', user_count: 2 },
      { bank: 'Canara Bank', company: 'ACME', pincode: '560001', user_count: 1 },
      { bank: 'Zen Bank', company: 'Bolt', pincode: '560001', user_count: 1 },
    ]
    expect((await groups(['bank', 'company', 'pincode'])).body).toEqual(expected)
    expect((await groups(['pincode', 'bank', 'company'])).body).toEqual(expected)
    expect((await groups(['pincode', 'bank'])).body).toEqual([
      { bank: 'UNION bank', pincode: '560001', user_count: 2 },
      { bank: 'Canara Bank', pincode: '110001', user_count: 1 },
      { bank: 'Canara Bank', pincode: '560001', user_count: 1 },
      { bank: 'Zen Bank', pincode: '560001', user_count: 1 },
    ])
  })

  it('answers with the largest alone when limited', async () => {
    expect((await groups('pincode', { limit: 1 })).body).toEqual([
      { pincode: '560001', user_count: 3 },
    ])
  })

  it('follows changes at once', async () => {
    const before = (await groups('company')).body
    const [id] = await insertPeople(cast.service.database, [{ company: 'Dune' }])
    expect((await groups('company')).body).toEqual([...before, { company: 'Dune', user_count: 1 }])
    await cast.service.database.query('DELETE FROM users WHERE id = $1', [id])
    expect((await groups('company')).body).toEqual(before)
  })

  it.each([
    [{}, 'group_by', 'required'],
    [{ group_by: 'age' }, 'group_by', 'enum'],
    [{ group_by: ['bank', 'bank'] }, 'group_by', 'uniqueItems'],
    [{ group_by: 'bank', limit: 0 }, 'limit', 'minimum'],
    [{ group_by: 'bank', limit: 1001 }, 'limit', 'maximum'],
    [{ group_by: 'bank', by: 'x' }, 'by', 'unknown_parameter'],
  ])('refuses %j', async (query, path, code) => {
    const { status, body } = await cast.service.call('listUserGroups', {
      token: cast.staff.token,
      query,
    })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it('is for staff and admins', async () => {
    const admin = await cast.service.createAccount('admin')
    expect((await groups('bank', {}, admin.token)).status).toBe(200)
    expect((await groups('bank', {}, cast.user.token)).status).toBe(403)
    expect(
      (await cast.service.call('listUserGroups', { query: { group_by: 'bank' } })).status,
    ).toBe(401)
  })
})
