import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createKey } from '../access/scene.ts'
import { useCast } from '../setup/cast.ts'
import type { RequestOptions } from '../setup/service.ts'

const cast = useCast({ worker: true })
let customer: number

const list = (query: RequestOptions['query'] = {}, token = cast.admin.token) =>
  cast.service.call('listEvents', { query, token })

interface Listed {
  readonly id: number
  readonly type: string
}

/** Waits until the events of a user are listed. @returns them */
const listed = (userId: number, count: number): Promise<Listed[]> =>
  vi.waitFor(
    async () => {
      const { body } = await list({ user_id: userId, per_page: 100 })
      expect(body).toHaveLength(count)
      return body
    },
    { timeout: 5_000, interval: 20 },
  )

beforeAll(async () => {
  const { service, staff } = cast
  customer = (await service.createCustomer(staff.token)).id
  await service.call('createTransaction', {
    token: staff.token,
    headers: { 'x-request-id': 'the-transaction' },
    body: {
      user_id: customer,
      transaction_date: '2026-03-01',
      transaction_amount: '1250.5',
      transaction_type: 'credit',
      currency: 'KWD',
      description: 'A secret',
    },
  })
  await service.settled()
  await listed(customer, 4)
})

describe('listEvents', () => {
  it('lists what happened to a user, in the order of commit', async () => {
    const { status, body } = await list({ user_id: customer })
    expect(status).toBe(200)
    const common = { id: expect.any(Number), created_at: expect.any(String), user_id: customer }
    const told = { ...common, request_id: expect.any(String) }
    expect(body).toEqual([
      { ...told, type: 'user.created', data: { user_id: customer } },
      {
        ...told,
        request_id: 'the-transaction',
        type: 'transaction.created',
        data: {
          transaction_id: expect.any(Number),
          transaction_date: '2026-03-01T00:00:00.000Z',
          transaction_amount: '1250.500',
          transaction_type: 'credit',
          currency: 'KWD',
        },
      },
      { ...common, type: 'statistics.updated', data: { user_id: customer } },
      { ...common, type: 'credit_score.changed', data: { user_id: customer } },
    ])
    const ids = body.map(({ id }: Listed) => id)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
  })

  it('is read by the last id: pages join without gaps, and say where the next begins', async () => {
    const all: Listed[] = (await list({ per_page: 100 })).body
    expect(all.length).toBeGreaterThan(5)
    const seen: Listed[] = []
    let after: string | undefined = '0'
    while (after !== undefined) {
      const { body, headers } = await list({ after, per_page: 2, type: [...typesOf(all)] })
      seen.push(...body)
      after = headers['x-next-cursor'] as string | undefined
      const link = String(headers['link'])
      if (after === undefined) expect(link).not.toContain('rel="next"')
      else expect(link).toContain(`after=${body.at(-1).id}`)
      expect(link).toMatch(/^<\/v1\/events\?(?!.*after=\d+>; rel="first").*rel="first"/)
    }
    expect(seen).toEqual(all)
    expect((await list({ after: all.at(-1)?.id ?? 0 })).body).toEqual([])
    expect((await list({ after: 9_007_199_254_740_991 })).body).toEqual([])
  })

  const typesOf = (events: readonly Listed[]) => new Set(events.map(({ type }) => type))

  it('filters by types, and by user with types', async () => {
    const created = (await list({ type: ['user.created'], per_page: 100 })).body
    expect(typesOf(created)).toEqual(new Set(['user.created']))
    const two = ['user.created', 'statistics.updated']
    const both: Listed[] = (await list({ type: two, user_id: customer })).body
    expect(both.map(({ type }) => type)).toEqual(two)
    expect((await list({ type: ['alert.raised'] })).body).toEqual([])
    expect((await list({ user_id: 999_999 })).body).toEqual([])
  })

  it('shows events of every type', async () => {
    const { database } = cast.service
    const [row] = await database.query<{ last: number }>('SELECT max(id)::int AS last FROM events')
    const data = {
      'credit_score.changed': { user_id: 7 },
      'alert.raised': { alert_id: 3, kind: 'large_transaction' },
      'import.completed': { import_id: 5 },
      'import.failed': { import_id: 5 },
      'report.completed': { report_id: 5 },
    }
    for (const [type, value] of Object.entries(data)) {
      await database.query(`INSERT INTO pending_events (user_id, type, data) VALUES (7, $1, $2)`, [
        type,
        value,
      ])
    }
    const body = await vi.waitFor(
      async () => {
        const answer = await list({ after: row?.last ?? 0, type: Object.keys(data) })
        expect(answer.body).toHaveLength(5)
        return answer.body as { type: string; data: unknown }[]
      },
      { timeout: 5_000 },
    )
    expect(Object.fromEntries(body.map((event) => [event.type, event.data]))).toEqual(data)
  })

  it('shows a transaction whose currency there is not, which only SQL can book', async () => {
    const { database } = cast.service
    await database.query(
      `INSERT INTO transactions
         (user_id, full_name, transaction_date, transaction_amount, transaction_type, currency)
       VALUES ($1, '', '2026-03-01', 1, 'credit', 'QQQ')`,
      [customer],
    )
    const events = await vi.waitFor(async () => {
      const { body } = await list({ user_id: customer, type: ['transaction.created'] })
      expect(body).toHaveLength(2)
      return body
    })
    expect(events[1].data).toMatchObject({ currency: 'QQQ', transaction_amount: '1.0000' })
    await database.query(`DELETE FROM transactions WHERE currency = 'QQQ'`)
  })

  it('holds no names, addresses, numbers or descriptions', async () => {
    const text = JSON.stringify(await cast.service.database.query('SELECT * FROM events'))
    for (const word of ['Test Customer', 'customers.example', 'secret', cast.user.username]) {
      expect(text).not.toContain(word)
    }
  })

  it.each([
    ['type', { type: 'user.renamed' }],
    ['type', { type: ['user.created', 'user.created'] }],
    ['user_id', { user_id: 'x' }],
    ['after', { after: -1 }],
    ['per_page', { per_page: 101 }],
    ['cursor', { cursor: '' }],
  ])('refuses %s', async (path, query) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ in: 'query', path: expect.stringContaining(path) })
  })

  it('is for admins, and for their keys with events:read', async () => {
    for (const { token } of [cast.user, cast.staff]) {
      expect((await list({}, token)).status).toBe(403)
    }
    const admin = { ...cast.admin, role: 'admin' } as const
    const reads = await createKey(cast.service, admin, ['events:read'])
    expect((await list({}, reads)).status).toBe(200)
    const other = await createKey(cast.service, admin, ['audit:read'])
    expect((await list({}, other)).status).toBe(403)
    expect((await cast.service.call('listEvents')).status).toBe(401)
  })
})
