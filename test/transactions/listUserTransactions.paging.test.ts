import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Transaction, User } from '../../src/generated/schemas.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let staff: Account
let customer: User

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
})
beforeEach(async () => {
  customer = await service.createCustomer(staff.token)
})
afterAll(() => service.close())

/** Many transactions with one date, so that the id has to break ties. */
const book = async (dates: readonly string[]): Promise<number[]> => {
  const transactions = dates.map((transaction_date) => ({
    user_id: customer.id,
    transaction_date,
    transaction_amount: '1',
    transaction_type: 'credit',
  }))
  const { body } = await service.call('bulkCreateTransactions', {
    body: { transactions },
    token: staff.token,
  })
  return body.results.map(({ transaction }: { transaction: Transaction }) => transaction.id)
}

const list = (query = {}) =>
  service.call('listUserTransactions', { params: { id: customer.id }, query, token: staff.token })

const ids = (body: readonly Transaction[]) => body.map(({ id }) => id)

const linksOf = (header: unknown) =>
  Object.fromEntries(
    [...String(header).matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]),
  )

/** Follows a link of a response like a client. */
async function follow(url: string) {
  const { searchParams } = new URL(url, 'http://localhost')
  return await list(Object.fromEntries(searchParams))
}

describe('pages', () => {
  it('hold what their links and counts say', async () => {
    const booked = await book(Array.from({ length: 7 }, () => '2026-03-01'))
    const { body, headers } = await list({ page: 2, per_page: 3, type: 'credit' })
    expect(ids(body)).toEqual(booked.toReversed().slice(3, 6))
    expect(headers['x-total-count']).toBe('7')
    const links = linksOf(headers['link'])
    expect(Object.keys(links)).toEqual(['first', 'prev', 'next', 'last'])
    const last = await follow(links['next'] as string)
    expect(ids(last.body)).toEqual(booked.slice(0, 1))
    expect(Object.keys(linksOf(last.headers['link']))).toEqual(['first', 'prev', 'last'])
  })

  it('have 20 items by default, and are empty past the end', async () => {
    await book(Array.from({ length: 21 }, () => '2026-03-01'))
    expect((await list()).body).toHaveLength(20)
    const beyond = await list({ page: 2_147_483_647, per_page: 100 })
    expect(beyond.body).toEqual([])
    expect(linksOf(beyond.headers['link'])).not.toHaveProperty('next')
  })
})

describe('cursors', () => {
  it('lead through ties to the end without skipping or repeating', async () => {
    const booked = await book(['2026-03-02', ...Array(6).fill('2026-03-01'), '2026-02-01'])
    const seen: number[] = []
    let answer = await list({ cursor: '', per_page: 3 })
    for (;;) {
      seen.push(...ids(answer.body))
      const { next } = linksOf(answer.headers['link'])
      if (next === undefined) break
      expect(next).toContain(`cursor=${answer.headers['x-next-cursor']}`)
      answer = await follow(next)
    }
    expect(answer.headers['x-next-cursor']).toBeUndefined()
    const [newest, ...rest] = booked
    const oldest = rest.pop()
    expect(seen).toEqual([newest, ...rest.toReversed(), oldest])
  })

  it('skip and repeat nothing while transactions are booked and deleted', async () => {
    const booked = await book(Array.from({ length: 9 }, () => '2026-03-01T10:00:00Z'))
    const seen: number[] = []
    let query: Record<string, string> = { cursor: '', per_page: '2' }
    for (;;) {
      const { body, headers } = await list(query)
      seen.push(...ids(body))
      const cursor = headers['x-next-cursor']
      if (cursor === undefined) break
      await book(['2026-03-01T10:00:00Z', '2026-04-01'])
      await service.call('deleteTransaction', {
        params: { id: body[0].id },
        token: staff.token,
      })
      query = { ...query, cursor: String(cursor) }
    }
    expect(seen).toEqual(booked.toReversed())
  })

  it('find transactions that are booked after them', async () => {
    await book(['2026-03-02', '2026-03-01'])
    const { headers } = await list({ cursor: '', per_page: 1 })
    const [late] = await book(['2026-02-01'])
    const rest = await list({ cursor: headers['x-next-cursor'] as string })
    expect(ids(rest.body).at(-1)).toBe(late)
  })

  const cursorOf = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url')

  it.each([
    ['nonsense'],
    [cursorOf('text')],
    [cursorOf([1])],
    [cursorOf(['2026-03-01', 1])],
    [cursorOf([9e15, 1])],
    [cursorOf([-8.64e15, 1])],
    [cursorOf([0.5, 1])],
    [cursorOf([0, 1.5])],
  ])('are refused if invalid: %s', async (cursor) => {
    const { status, body } = await list({ cursor })
    expect(status).toBe(422)
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'query', path: 'cursor', code: 'cursor' }),
    ])
  })

  it('cannot be combined with page', async () => {
    const { body } = await list({ cursor: '', page: 1 })
    expect(body.errors).toEqual([
      expect.objectContaining({ in: 'query', path: 'page', code: 'paging' }),
    ])
  })
})
