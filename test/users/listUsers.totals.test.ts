import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_COUNTED } from '../../src/features/users/page.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let staff: Account

/**
 * Customers of one postal code, written without the API. Their names cannot be decrypted, so no
 * page may show them.
 */
const insertCustomers = (pincode: string, count: number) =>
  service.database.query(
    `INSERT INTO users (name, name_index, pincode) SELECT '', '', $1 FROM generate_series(1, $2)`,
    [pincode, count],
  )

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
})
afterAll(() => service.close())

const list = (query: Record<string, string | number>) =>
  service.call('listUsers', { query, token: staff.token })

const countUsers = async () => {
  const [row] = await service.database.query<{ count: string }>('SELECT count(*) FROM users')
  return row?.count
}

describe('the total of listUsers', () => {
  it('counts all users after every kind of change', async () => {
    const total = async () => (await list({ per_page: 1 })).headers['x-total-count']
    expect(await total()).toBe(await countUsers())
    const { id } = await service.createCustomer(staff.token)
    expect(await total()).toBe(await countUsers())
    await service.call('bulkCreateUsers', {
      body: { users: [1, 2, 3].map((n) => ({ name: 'Three', email: `t${n}@three.example` })) },
      token: staff.token,
    })
    expect(await total()).toBe(await countUsers())
    await service.call('deleteUser', { params: { id }, token: staff.token })
    expect(await total()).toBe(await countUsers())
    const { headers } = await list({ per_page: 1 })
    expect(headers['link']).toContain(`page=${await countUsers()}>; rel="last"`)
  })

  it('does not count what is rolled back', async () => {
    const before = (await list({ per_page: 1 })).headers['x-total-count']
    const taken = { name: 'Taken', email: 'taken@three.example' }
    const answer = await service.call('bulkCreateUsers', {
      body: { users: [taken, taken] },
      token: staff.token,
    })
    expect(answer.status).toBe(422)
    expect((await list({ per_page: 1 })).headers['x-total-count']).toBe(before)
  })
})

describe('the total of filtered users', () => {
  it.each([
    ['MOST', MAX_COUNTED, String(MAX_COUNTED)],
    ['MORE', MAX_COUNTED + 1, undefined],
  ])('(%s, %i matches) is exact or absent', async (pincode, count, total) => {
    await insertCustomers(pincode, count)
    const { status, headers, body } = await list({ pincode, page: count + 1, per_page: 1 })
    expect([status, body]).toEqual([200, []])
    expect(headers['x-total-count']).toBe(total)
  })
})
