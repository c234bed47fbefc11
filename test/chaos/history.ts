import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { encryptFullName } from '../../src/features/transactions/full-names.ts'
import { createFieldCrypto, type FieldCrypto } from '../../src/lib/crypto.ts'
import { type CopyValue, copyIn, copyText } from '../bench/copy-in.ts'
import { seedUsers } from '../bench/seed-users.ts'
import type { Dice } from './dice.ts'
import type { Findings } from './findings.ts'
import { type ChaosCurrency, CURRENCIES, type Sums } from './model/figures.ts'
import { openClient, runSql } from './sql.ts'

const USERS = 2_000
const TRANSACTIONS = 100_000
/** Rows of one COPY. */
const BATCH = 20_000
const FIRST_DAY = Date.UTC(2023, 0, 1)
const DAYS = 900
const DAY_MS = 86_400_000
const COLUMNS = `transactions (user_id, full_name, transaction_date, transaction_amount,
  transaction_type, currency, description)`

/** How long the figures of the whole history may take, in milliseconds; 3,000 on an idle machine. */
const MAX_FIGURES_MS = 120_000

/** What was there before the first client came. */
export interface History {
  readonly userIds: readonly number[]
  readonly lastUserId: number
  readonly lastTransactionId: number
  /** The sums of a user in a currency; undefined where there is nothing. */
  sums(userId: number, currency: ChaosCurrency): Sums | undefined
}

/** A date after the history, in which clients write. */
export const CHAOS_FROM = '2026-01-01'

function historyRows(crypto: FieldCrypto, dice: Dice, count: number): Buffer {
  const row = (): CopyValue[] => {
    // Some users have ten times as many as others.
    const userId = 1 + Math.min(dice.below(USERS), dice.below(USERS))
    const currency = dice.chance(0.2) ? 'JPY' : 'USD'
    const minor = dice.between(1, 5_000_000)
    return [
      userId,
      encryptFullName(crypto, BigInt(userId), 'Quexley Before'),
      new Date(FIRST_DAY + dice.below(DAYS) * DAY_MS + dice.below(DAY_MS)),
      currency === 'JPY' ? String(minor) : (minor / 100).toFixed(2),
      dice.chance(0.5) ? 'credit' : 'debit',
      currency,
      'history',
    ]
  }
  return copyText(Array.from({ length: count }, row))
}

/** Stores users and their transactions past the service. */
export async function storeHistory(url: string, encryptionKeys: string, dice: Dice): Promise<void> {
  await seedUsers(url, encryptionKeys, USERS, () => undefined)
  const crypto = createFieldCrypto(encryptionKeys)
  const client = await openClient(url)
  try {
    for (let stored = 0; stored < TRANSACTIONS; stored += BATCH) {
      await copyIn(client, COLUMNS, historyRows(crypto, dice, BATCH))
    }
  } finally {
    await client.end()
  }
}

/** Waits until the workers computed all figures. */
async function awaitFigures(client: pg.Client, findings: Findings): Promise<void> {
  const deadline = performance.now() + MAX_FIGURES_MS
  for (;;) {
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::int FROM outbox')
    const waiting = rows[0]?.count ?? 0
    if (waiting === 0) return
    if (performance.now() > deadline) {
      findings.add('figures that stay behind', `${waiting} changes of the history wait`)
      return
    }
    await delay(100)
  }
}

/**
 * Makes the database look used, while the workers compute its figures: statistics, and after them rows
 * that were changed and deleted; last, statistics of the emptied outbox.
 */
export async function ageHistory(url: string, findings: Findings): Promise<void> {
  const client = await openClient(url)
  try {
    await awaitFigures(client, findings)
    await client.query('VACUUM ANALYZE')
    await client.query(
      `UPDATE transactions SET transaction_amount = transaction_amount + 1 WHERE id % 25 = 0`,
    )
    await client.query('DELETE FROM transactions WHERE id % 50 = 7')
    await awaitFigures(client, findings)
    await client.query('VACUUM ANALYZE outbox')
  } finally {
    await client.end()
  }
}

/** Reads what is there now, as what clients find. */
export async function readHistory(url: string): Promise<History> {
  const rows = await runSql<{
    user_id: string
    currency: ChaosCurrency
    count: number
    credit: string
    debit: string
  }>(
    url,
    `SELECT user_id, currency, count(*)::int,
       round(coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'credit'), 0)
         * power(10::numeric, CASE currency WHEN 'USD' THEN ${CURRENCIES.USD} ELSE 0 END))::text AS credit,
       round(coalesce(sum(transaction_amount) FILTER (WHERE transaction_type = 'debit'), 0)
         * power(10::numeric, CASE currency WHEN 'USD' THEN ${CURRENCIES.USD} ELSE 0 END))::text AS debit
     FROM transactions GROUP BY user_id, currency`,
  )
  const sums = new Map(
    rows.map(({ user_id, currency, count, credit, debit }) => [
      `${user_id} ${currency}`,
      { count, credit: BigInt(credit), debit: BigInt(debit) },
    ]),
  )
  const [last] = await runSql<{ users: number; transactions: number }>(
    url,
    `SELECT (SELECT max(id)::int FROM users) AS users,
       (SELECT max(id)::int FROM transactions) AS transactions`,
  )
  return {
    userIds: Array.from({ length: USERS }, (_, index) => index + 1),
    lastUserId: last?.users ?? 0,
    lastTransactionId: last?.transactions ?? 0,
    sums: (userId, currency) => sums.get(`${userId} ${currency}`),
  }
}

/** What the transactions of the history are, by user: to be compared before and after. */
export async function fingerprintHistory(
  url: string,
  { lastTransactionId }: History,
): Promise<ReadonlyMap<number, string>> {
  const rows = await runSql<{ user_id: string; print: string }>(
    url,
    `SELECT user_id, md5(string_agg(concat_ws('|', id, transaction_date, transaction_amount,
       transaction_type, currency, full_name, updated_at), ',' ORDER BY id)) AS print
     FROM transactions WHERE id <= $1 GROUP BY user_id`,
    [lastTransactionId],
  )
  return new Map(rows.map(({ user_id, print }) => [Number(user_id), print]))
}
