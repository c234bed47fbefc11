import { beforeAll, expect, it } from 'vitest'
import type { Account } from '../service.ts'
import { nobody, type UserRecord, type UserRecords } from './records.ts'

/**
 * Tests that apply to listing any kind of user records.
 *
 * @param filter a plausible query parameter that does not exist
 */
export function testListing(records: UserRecords, filter: string): void {
  const { of, cast, list } = records
  let made: number[]

  const add = async ({ id, token }: Account): Promise<UserRecord> =>
    (await records.create(id, of.required(), token)).body
  const ids = (body: readonly UserRecord[]) => body.map(({ id }) => id)

  beforeAll(async () => {
    made = []
    for (let index = 0; index < 5; index += 1) {
      made.push((await add(cast.user)).id)
      await add(cast.other)
    }
  })

  it('lists all of a user’s records, in the order they were added', async () => {
    for (const { token } of [cast.user, cast.staff]) {
      const { status, headers, body } = await list(cast.user.id, token)
      expect([status, ids(body)]).toEqual([200, made])
      expect(headers['x-total-count']).toBe('5')
      expect(headers).not.toHaveProperty('x-next-cursor')
    }
  })

  it('answers page by page', async () => {
    const { id, token } = cast.user
    const { headers, body } = await list(id, token, { page: 2, per_page: 2 })
    expect(ids(body)).toEqual(made.slice(2, 4))
    expect(headers['link']).toContain('page=3')
    expect((await list(id, token, { page: 9 })).body).toEqual([])
  })

  it('neither skips nor repeats records by cursor while others are added and removed', async () => {
    const customer = await cast.service.createAccount()
    const first = [await add(customer), await add(customer), await add(customer)]
    const seen: number[] = []
    let cursor: unknown = ''
    while (cursor !== undefined) {
      const query = { cursor, per_page: 1 }
      const { headers, body } = await list(customer.id, cast.staff.token, query)
      seen.push(...ids(body))
      cursor = headers['x-next-cursor']
      if (seen.length === 1) first.push(await add(customer))
      await records.remove(seen.at(-1) as number, customer.token, {}, customer.id)
    }
    expect(seen).toEqual(ids(first))
  })

  it.each([
    ['per_page', { per_page: 101 }],
    ['page', { page: 0 }],
    ['page', { page: 1, cursor: '' }],
    ['cursor', { cursor: 'WyJhIl0' }],
    [filter, { [filter]: 'Deccan' }],
  ])('refuses %s', async (path, query) => {
    const { status, body } = await list(cast.user.id, cast.user.token, query)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'query', path })
  })

  it('hides another user’s records', async () => {
    const { status, body } = await list(cast.other.id)
    expect([status, body.detail]).toEqual([404, `User with ID ${cast.other.id} not found`])
  })

  it('answers 404 for an unknown user', async () => {
    expect((await list(999_999, cast.staff.token)).status).toBe(404)
  })

  it('requires a token', async () => {
    expect((await list(cast.user.id, nobody)).status).toBe(401)
  })
}
