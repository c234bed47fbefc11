import pg from 'pg'
import { expect, vi } from 'vitest'
import type { HttpClient } from './http/http-client.ts'

/** Runs one statement on a database, bypassing Passbook. */
export async function queryOnce<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

/** Blocks writes to a table until released, as if the database hung. */
export async function openBlocker(url: string, table: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  await client.query('BEGIN')
  await client.query(`LOCK TABLE ${pg.escapeIdentifier(table)} IN EXCLUSIVE MODE`)
  return { release: () => client.end() }
}

/** How often each reference with a prefix occurs in the ledger. */
export async function readReferences(url: string, prefix: string): Promise<Map<string, number>> {
  const rows = await queryOnce<{ reference: string; count: number }>(
    url,
    `SELECT reference, count(*)::int FROM transactions WHERE starts_with(reference, $1) GROUP BY 1`,
    [`${prefix}-`],
  )
  return new Map(rows.map((row) => [row.reference, row.count]))
}

/** The ledger's days, as the API would show them per user and currency. */
const ledgerDays = (url: string, userIds: readonly number[]) =>
  queryOnce<{
    readonly user_id: string
    readonly currency: string
    readonly count: number
    readonly days: readonly unknown[]
  }>(
    url,
    `SELECT user_id, currency, sum(transaction_count)::int AS count, json_agg(json_build_object(
         'date', date, 'transaction_count', transaction_count,
         'total_credit', total_credit, 'total_debit', total_debit) ORDER BY date) AS days
     FROM (
       SELECT user_id, currency, count(*) AS transaction_count,
         to_char(transaction_date AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS date,
         round(sum(CASE transaction_type WHEN 'credit' THEN transaction_amount ELSE 0 END),
           CASE currency WHEN 'JPY' THEN 0 ELSE 2 END)::text AS total_credit,
         round(sum(CASE transaction_type WHEN 'debit' THEN transaction_amount ELSE 0 END),
           CASE currency WHEN 'JPY' THEN 0 ELSE 2 END)::text AS total_debit
       FROM transactions WHERE user_id = ANY($1) GROUP BY user_id, currency, date) AS days
     GROUP BY user_id, currency`,
    [userIds],
  )

/**
 * Waits until the API reports the figures of all these users as current.
 *
 * @returns how long that took, in milliseconds
 */
export async function becomeCurrent(
  client: HttpClient,
  userIds: readonly number[],
  timeout = 30_000,
): Promise<number> {
  const start = performance.now()
  const stale = new Set(userIds)
  const check = async () => {
    for (const id of stale) {
      const { body } = await client.request('GET', `/v1/users/${id}/analytics`)
      if (body.is_current !== true) throw new Error(`${stale.size} users wait`)
      stale.delete(id)
    }
  }
  await vi.waitFor(check, { timeout, interval: 25 })
  return Math.round(performance.now() - start)
}

/** Compares all figures of these users in the API with the ledger. */
export async function expectFiguresOfLedger(
  client: HttpClient,
  url: string,
  userIds: readonly number[],
): Promise<void> {
  const ledger = await ledgerDays(url, userIds)
  const expectOne = async (userId: number, currency: string) => {
    const read = async (path: string, headers = {}) =>
      (await client.request('GET', `${path}?currency=${currency}`, undefined, headers)).body
    const [days, kept, exact] = await Promise.all([
      read(`/v1/users/${userId}/analytics/daily`),
      read(`/v1/users/${userId}/analytics`),
      read(`/v1/users/${userId}/analytics`, { 'cache-control': 'no-cache' }),
    ])
    const of = ledger.find((row) => Number(row.user_id) === userId && row.currency === currency)
    expect(days).toEqual(of?.days ?? [])
    expect(kept).toEqual({ ...exact, computed_at: kept.computed_at })
    expect(kept.transaction_count).toBe(of?.count ?? 0)
  }
  await Promise.all(
    userIds.flatMap((userId) => [expectOne(userId, 'USD'), expectOne(userId, 'JPY')]),
  )
}
