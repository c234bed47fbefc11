import { describe, expect, it } from 'vitest'
import { accepted, finished } from '../../imports/imports.ts'
import { useCast } from '../../setup/cast.ts'

const cast = useCast({ worker: true })

/** Every event so far, pending or appended, by type; figures and scores follow later. */
async function tally(): Promise<Readonly<Record<string, number>>> {
  const rows = await cast.service.database.query<{ type: string; count: number }>(
    `SELECT type, count(*)::int FROM (
       SELECT type FROM pending_events UNION ALL SELECT type FROM events) AS told
     WHERE type NOT IN ('statistics.updated', 'credit_score.changed') GROUP BY 1`,
  )
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]))
}

/** Loads a file. @returns the types of the events that this raised */
async function load(kind: string, file: string, query = {}) {
  const { service, admin } = cast
  const before = await tally()
  const id = await accepted(service, admin.token, file, { kind, ...query })
  const { status } = await finished(service, admin.token, id)
  const after = Object.entries(await tally()).map(
    ([type, count]) => [type, count - (before[type] ?? 0)] as const,
  )
  return { status, raised: Object.fromEntries(after.filter(([, count]) => count > 0)) }
}

describe('a load of a file', () => {
  it('of transactions raises import.completed alone, also with references that exist', async () => {
    const { service, admin } = cast
    const user = await service.createCustomer(admin.token)
    const file = (count: number) =>
      `user_id,transaction_date,transaction_amount,transaction_type,reference\n${Array.from(
        { length: count },
        (_, at) => `${user.id},2026-03-01,1.00,credit,R-${at}\n`,
      ).join('')}`
    const told = { status: 'completed', raised: { 'import.completed': 1 } }
    expect(await load('transactions', file(3))).toEqual(told)
    expect(await load('transactions', file(5))).toEqual(told)
    const { body } = await service.call('listUserTransactions', {
      params: { id: user.id },
      token: admin.token,
    })
    expect(body).toHaveLength(5)
  })

  it('of users, or a trial, raises the same', async () => {
    const file = 'name,email\nAsha Rao,asha@load.example\nRavi Iyer,ravi@load.example\n'
    const told = { status: 'completed', raised: { 'import.completed': 1 } }
    expect(await load('users', file, { dry_run: true })).toEqual(told)
    expect(await load('users', file)).toEqual(told)
  })

  it('that fails raises import.failed alone', async () => {
    const { status, raised } = await load('transactions', 'a,b\n1,2\n')
    expect([status, raised]).toEqual(['failed', { 'import.failed': 1 }])
  })
})

it('a report that the worker has built raises report.completed', async () => {
  const { service, admin } = cast
  const before = await tally()
  const { body } = await service.call('createReport', {
    token: admin.token,
    body: { type: 'user_groups', group_by: ['bank'], format: 'json', include_members: false },
  })
  await service.settled()
  const after = await tally()
  expect(body.status).toBe('queued')
  expect((after['report.completed'] ?? 0) - (before['report.completed'] ?? 0)).toBe(1)
})
