import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listUsers } from '../../src/generated/operations.ts'
import type { User } from '../../src/generated/schemas.ts'
import { encodeCursor } from '../../src/http/paging.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

const SORTS = listUsers.schema.querystring.properties.sort.enum
const AGES = [30, null, 30, 1, null, 150, 30, 42, null, 42, 1]
const PINCODE = 'PAGES'

let service: TestService
let staff: Account

/** Users of one postal code, whose ages and times have ties. */
async function createUsers(pincode: string): Promise<void> {
  const ids: number[] = []
  for (const age of AGES) {
    const fields = age === null ? { pincode } : { age, pincode }
    ids.push((await service.createCustomer(staff.token, fields)).id)
  }
  await service.database.query(
    `UPDATE users SET created_at = timestamptz '2026-01-01Z' + (id % 3) * interval '1 ms',
       updated_at = timestamptz '2026-02-01Z' + (id % 2) * interval '1 ms'
     WHERE id = ANY($1)`,
    [ids],
  )
}

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
  await createUsers(PINCODE)
})
afterAll(() => service.close())

const list = (query: Record<string, string | number>) =>
  service.call('listUsers', { query: { pincode: PINCODE, ...query }, token: staff.token })
const idsOf = (users: readonly User[]) => users.map(({ id }) => id)

/** Follows `X-Next-Cursor` to the end. */
async function walk(
  query: Record<string, string | number>,
  between: (page: readonly User[]) => Promise<unknown> = async () => undefined,
): Promise<number[]> {
  const seen: number[] = []
  for (let cursor = ''; ; ) {
    const { status, headers, body } = await list({ per_page: 2, ...query, cursor })
    expect(status).toBe(200)
    expect(headers).not.toHaveProperty('x-total-count')
    seen.push(...idsOf(body))
    await between(body)
    if (headers['x-next-cursor'] === undefined) return seen
    cursor = String(headers['x-next-cursor'])
  }
}

function compare(sort: string) {
  const field = sort.replace('-', '') as 'id' | 'age' | 'created_at' | 'updated_at'
  const sign = sort.startsWith('-') ? -1 : 1
  const order = <T extends string | number>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0)
  return (a: User, b: User) => {
    const [left, right] = [a[field], b[field]]
    if (left === undefined || right === undefined) {
      const missing = Number(left === undefined) - Number(right === undefined)
      return missing || sign * order(a.id, b.id)
    }
    return (
      sign * (order(String(left).padStart(30), String(right).padStart(30)) || order(a.id, b.id))
    )
  }
}

describe('listUsers by page', () => {
  it('returns the first 20 in the order of their ids by default', async () => {
    const { headers, body } = await list({})
    expect(idsOf(body)).toEqual(idsOf(body).sort((a, b) => a - b))
    expect(headers['x-total-count']).toBe(String(AGES.length))
    expect(headers['link']).toBe(
      `</v1/users?pincode=${PINCODE}&page=1>; rel="first", ` +
        `</v1/users?pincode=${PINCODE}&page=1>; rel="last"`,
    )
    expect(headers).not.toHaveProperty('x-next-cursor')
  })

  it('links to the other pages', async () => {
    const { headers, body } = await list({ per_page: 4, page: 2, sort: '-age' })
    expect(body).toHaveLength(4)
    const links = String(headers['link']).split(', ')
    const target = (page: number) =>
      `/v1/users?pincode=${PINCODE}&per_page=4&page=${page}&sort=-age`
    expect(links).toEqual([
      `<${target(1)}>; rel="first"`,
      `<${target(1)}>; rel="prev"`,
      `<${target(3)}>; rel="next"`,
      `<${target(3)}>; rel="last"`,
    ])
    const next = await service.app.inject({
      method: 'GET',
      url: target(3),
      headers: { authorization: `Bearer ${staff.token}` },
    })
    expect(next.json()).toHaveLength(3)
  })

  it('keeps the parameters in the links unchanged', async () => {
    const response = await service.app.inject({
      method: 'GET',
      url: '/users/?q=test%20cust&per_page=1',
      headers: { authorization: `Bearer ${staff.token}` },
    })
    expect(response.statusCode).toBe(200)
    expect(response.headers['link']).toMatch(
      /^<\/users\/\?q=test(\+|%20)cust&per_page=1&page=1>; rel="first", /,
    )
  })

  it('continues by cursor from any page', async () => {
    const all = idsOf((await list({ sort: '-age' })).body)
    const { headers } = await list({ sort: '-age', page: 2, per_page: 3 })
    const cursor = String(headers['x-next-cursor'])
    expect(idsOf((await list({ sort: '-age', cursor })).body)).toEqual(all.slice(6))
  })

  it.each([4, 2_147_483_647])(
    'answers page %i, which is beyond the end, with nothing',
    async (page) => {
      const { status, headers, body } = await list({ page, per_page: 5 })
      expect([status, body]).toEqual([200, []])
      expect(headers['link']).toContain('page=3&per_page=5>; rel="prev"')
      expect(headers['link']).not.toContain('rel="next"')
      expect(headers['x-total-count']).toBe('11')
    },
  )

  it('returns no items and one page without matches', async () => {
    const { headers, body } = await list({ pincode: 'NOBODY' })
    expect(body).toEqual([])
    expect(headers['x-total-count']).toBe('0')
    expect(headers['link']).toContain('page=1>; rel="last"')
  })
})

describe.each(SORTS)('listUsers sorted by %s', (sort) => {
  it('puts users without a value last, and orders ties by id', async () => {
    const { body } = await list({ sort })
    expect(body).toHaveLength(AGES.length)
    expect(idsOf(body)).toEqual(idsOf([...body].sort(compare(sort))))
  })

  it('returns the same by cursor as by page', async () => {
    const expected = idsOf((await list({ sort })).body)
    for (const per_page of [1, 2, 5]) expect(await walk({ sort, per_page })).toEqual(expected)
  })

  it('repeats and skips nothing while users are inserted and deleted', async () => {
    const pincode = `W ${SORTS.indexOf(sort)}`
    await createUsers(pincode)
    const before = idsOf((await list({ sort, pincode })).body)
    const seen = await walk({ sort, pincode }, async (page) => {
      const last = page.at(-1)?.id ?? 0
      await service.database.query('DELETE FROM users WHERE id = $1', [last])
      if (before.includes(last)) await service.createCustomer(staff.token, { age: 30, pincode })
    })
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((id) => before.includes(id))).toEqual(before)
  })
})

describe('a cursor of users', () => {
  it('continues with Link, and stops at the end', async () => {
    const first = await list({ cursor: '', per_page: 10 })
    const cursor = String(first.headers['x-next-cursor'])
    const target = (value: string) => `/v1/users?pincode=${PINCODE}&cursor=${value}&per_page=10`
    expect(first.headers['link']).toBe(
      `<${target('')}>; rel="first", <${target(cursor)}>; rel="next"`,
    )
    const last = await list({ cursor, per_page: 10 })
    expect(last.body).toHaveLength(1)
    expect(last.headers['link']).toBe(`<${target('')}>; rel="first"`)
    expect(last.headers).not.toHaveProperty('x-next-cursor')
  })

  it.each<[string, string, string]>([
    ['of another order', 'age', encodeCursor(['-age', 30, 1])],
    ['of another list', 'id', encodeCursor(['2026-01-01T00:00:00.000Z', 7])],
    ['of nothing', 'id', encodeCursor([])],
    ['that is no list', 'id', Buffer.from('{"id":7}').toString('base64url')],
    ['that is no JSON', 'id', 'AAAA'],
    ['that is cut off', 'id', encodeCursor(['id', 1, 1]).slice(0, -3)],
    ['with an id that is text', 'id', encodeCursor(['id', 1, '1'])],
    ['with an id that is no whole number', 'id', encodeCursor(['id', 1, 1.5])],
    ['with an id beyond all numbers', 'id', encodeCursor(['id', 1, 2 ** 60])],
    ['with an object for a value', 'age', encodeCursor(['age', { gt: 1 }, 1])],
    ['with text for an age', 'age', encodeCursor(['age', 'old', 1])],
    ['with half an age', 'age', encodeCursor(['age', 1.5, 1])],
    ['with an age beyond all numbers', 'age', encodeCursor(['age', 1e300, 1])],
    ['with an age far below', '-age', encodeCursor(['-age', -1e15, 1])],
    [
      'with the year 0',
      '-created_at',
      encodeCursor(['-created_at', '0000-01-01T00:00:00.000Z', 1]),
    ],
    ['with a number for a time', 'created_at', encodeCursor(['created_at', 5, 1])],
    ['with a year for a time', 'created_at', encodeCursor(['created_at', '2026', 1])],
    ['with no time', 'updated_at', encodeCursor(['updated_at', null, 1])],
    ['with nonsense for a time', '-updated_at', encodeCursor(['-updated_at', 'now', 1])],
    [
      'with a time beyond the calendar',
      'created_at',
      encodeCursor(['created_at', '-200000-01-01T00:00:00.000Z', 1]),
    ],
  ])('%s is refused', async (_, sort, cursor) => {
    const { status, body } = await list({ sort, cursor })
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      { in: 'query', path: 'cursor', code: 'cursor', message: expect.any(String) },
    ])
  })
})
