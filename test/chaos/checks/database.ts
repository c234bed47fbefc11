import type { Findings } from '../findings.ts'
import { runSql } from '../sql.ts'

/** Days of the ledger, put together without any function of the service. */
const DAYS = `SELECT user_id, currency, (transaction_date AT TIME ZONE 'UTC')::date AS date,
    count(*) AS transaction_count,
    sum(CASE transaction_type WHEN 'credit' THEN transaction_amount ELSE 0 END) AS total_credit,
    sum(CASE transaction_type WHEN 'debit' THEN transaction_amount ELSE 0 END) AS total_debit
  FROM transactions GROUP BY 1, 2, 3`

/** Sums of days by some of their columns, with the busiest day: a tie goes to the latest. */
const sumsBy = (columns: string) => `SELECT ${columns}, currency,
    sum(transaction_count) AS transaction_count,
    sum(total_credit) AS total_credit, sum(total_debit) AS total_debit,
    (array_agg(date ORDER BY transaction_count DESC, date DESC))[1] AS busiest_date,
    max(transaction_count) AS busiest_count
  FROM days GROUP BY ${columns}, currency`

const FIGURES: Readonly<Record<string, readonly [kept: string, ledger: string]>> = {
  'daily figures': [
    `SELECT user_id, currency, date, transaction_count, total_credit, total_debit FROM daily_statistics`,
    'SELECT * FROM days',
  ],
  'monthly figures': [
    `SELECT user_id, month, currency, transaction_count, total_credit, total_debit, busiest_date,
       busiest_count FROM monthly_statistics`,
    `SELECT * FROM (${sumsBy(`user_id, date_trunc('month', date)::date`)}) AS months`,
  ],
  'figures of users': [
    `SELECT user_id, currency, transaction_count, total_credit, total_debit, busiest_date,
       busiest_count FROM user_statistics`,
    sumsBy('user_id'),
  ],
}

/** Figures that differ from the ledger, in either direction. */
export async function checkFigures(url: string, findings: Findings): Promise<void> {
  for (const [name, [kept, ledger]] of Object.entries(FIGURES)) {
    const rows = await runSql<{ side: string; row: string }>(
      url,
      `WITH days AS MATERIALIZED (${DAYS}), kept AS (${kept}), ledger AS (${ledger})
       SELECT 'kept' AS side, x::text AS row FROM (TABLE kept EXCEPT ALL TABLE ledger) AS x
       UNION ALL
       SELECT 'ledger', x::text FROM (TABLE ledger EXCEPT ALL TABLE kept) AS x`,
    )
    for (const { side, row } of rows) {
      findings.add(`${name} that are not the ledger’s`, `only in the ${side}: ${row}`)
    }
  }
}

/** What tells of a user's deletion, and stays. */
const TELLS_OF_DELETION: Readonly<Record<string, string>> = {
  events: `type = 'user.deleted'`,
  pending_events: `type = 'user.deleted'`,
  webhook_deliveries: `type = 'user.deleted'`,
}

/** Rows that say something of a user who is not there. Audit entries stay when a user goes. */
async function checkDangling(url: string, findings: Findings): Promise<void> {
  const tables = await runSql<{ table_name: string }>(
    url,
    `SELECT table_name FROM information_schema.columns
     JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = 'public' AND column_name = 'user_id' AND table_type = 'BASE TABLE'
       AND table_name <> 'audit_entries'`,
  )
  for (const { table_name: table } of tables) {
    const [row] = await runSql<{ count: number }>(
      url,
      `SELECT count(*)::int FROM "${table}"
       WHERE user_id IS NOT NULL AND NOT EXISTS (SELECT FROM users WHERE id = user_id)
         AND NOT (${TELLS_OF_DELETION[table] ?? false})`,
    )
    if (row?.count) findings.add('rows of deleted users', `${row.count} in ${table}`)
  }
  const [answers] = await runSql<{ count: number }>(
    url,
    `SELECT count(*)::int FROM idempotency_keys, unnest(user_ids) AS subject
     WHERE NOT EXISTS (SELECT FROM users WHERE id = subject)`,
  )
  if (answers?.count) {
    findings.add('rows of deleted users', `${answers.count} kept answers tell of them`)
  }
}

/** @param accounts how many accounts of staff there are */
async function checkCounts(url: string, accounts: number, findings: Findings): Promise<void> {
  const [counts] = await runSql<{ kept: number; users: number; staff: number; waiting: number }>(
    url,
    `SELECT (SELECT coalesce(sum(count), 0)::int FROM user_counts) AS kept,
       (SELECT count(*)::int FROM users) AS users,
       (SELECT count(*)::int FROM users WHERE email IS NULL) AS staff,
       (SELECT count(*)::int FROM outbox) AS waiting`,
  )
  if (counts === undefined) return
  const { kept, users, staff, waiting } = counts
  if (kept !== users) findings.add('wrong count of users', `${kept} for ${users}`)
  if (staff !== accounts) findings.add('account that nobody made', `${staff} for ${accounts}`)
  if (waiting > 0) findings.add('changes without figures', `${waiting} wait in the outbox`)
  const doubled = await runSql<{ user_id: string }>(
    url,
    `SELECT user_id FROM employments WHERE is_current GROUP BY 1 HAVING count(*) > 1
     UNION ALL SELECT user_id FROM bank_accounts WHERE is_primary GROUP BY 1 HAVING count(*) > 1`,
  )
  for (const { user_id } of doubled) findings.add('two current records', `user ${user_id}`)
}

/** Transactions, versions and chains that do not fit each other. */
async function checkPast(url: string, findings: Findings): Promise<void> {
  const rows = await runSql<{ problem: string }>(
    url,
    `SELECT problem::text FROM users CROSS JOIN LATERAL user_integrity(users.id) AS checked,
       jsonb_array_elements(checked.problems) AS problem`,
  )
  for (const { problem } of rows) findings.add('a past that does not fit', problem)
}

/** What has to hold in the database, whoever wrote. */
export async function checkDatabase(
  url: string,
  accounts: number,
  findings: Findings,
): Promise<void> {
  await checkFigures(url, findings)
  await checkDangling(url, findings)
  await checkPast(url, findings)
  await checkCounts(url, accounts, findings)
}
