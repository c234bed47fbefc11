import { decryptUser, type ShownRow } from '../../../src/features/users/fields.ts'
import { createFieldCrypto, type FieldCrypto } from '../../../src/lib/crypto.ts'
import { PERSONAL, transactionContent, userContent } from '../client/records.ts'
import type { Findings } from '../findings.ts'
import type { History } from '../history.ts'
import { compareGroups, compareRecords, type Found } from '../model/compare.ts'
import type { Kind, Model } from '../model/model.ts'
import { runSql } from '../sql.ts'

/** Where the records of a run are. */
interface Stored {
  readonly url: string
  readonly crypto: FieldCrypto
  readonly history: History
}

async function readTransactions({ url, history, crypto }: Stored): Promise<Found[]> {
  const rows = await runSql<{
    id: string
    user_id: string
    full_name: Uint8Array
    date: string
    amount: string
    type: 'credit' | 'debit'
    currency: 'USD' | 'JPY'
    description: string | null
    reference: string | null
  }>(
    url,
    `SELECT id, user_id, full_name, transaction_type AS type, currency, description, reference,
       to_char(transaction_date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS date,
       round(transaction_amount, CASE currency WHEN 'JPY' THEN 0 ELSE 2 END)::text AS amount
     FROM transactions WHERE id > $1`,
    [history.lastTransactionId],
  )
  return rows.map((row) => {
    // Throws where it is not the one that was stored.
    const userId = Number(row.user_id)
    crypto.decrypt({ table: 'transactions', column: 'full_name', userId }, row.full_name)
    return {
      marker: row.description ?? `without a marker, number ${row.id}`,
      content: transactionContent({
        user_id: userId,
        transaction_date: row.date,
        transaction_amount: row.amount,
        transaction_type: row.type,
        currency: row.currency,
        reference: row.reference,
      }),
    }
  })
}

/** Accounts of staff have no address and are counted elsewhere. */
async function readUsers({ url, crypto }: Stored): Promise<Found[]> {
  const rows = await runSql<Omit<ShownRow, 'id'> & { readonly id: string }>(
    url,
    'SELECT id, username, role, name, email, age, pincode FROM users WHERE email IS NOT NULL',
  )
  return rows.map((row) => {
    const { name, email, age, pincode } = decryptUser(crypto, { ...row, id: BigInt(row.id) })
    return { marker: email ?? '', content: userContent({ name, age, pincode }) }
  })
}

async function readTasks({ url }: Stored): Promise<Found[]> {
  const rows = await runSql<{ title: string; status: string }>(
    url,
    'SELECT title, status FROM tasks',
  )
  return rows.map(({ title, status }) => ({ marker: title, content: { status } }))
}

async function readEmployments({ url }: Stored): Promise<Found[]> {
  const rows = await runSql<{ user_id: string; company_name: string; job_title: string }>(
    url,
    `SELECT user_id, company_name, job_title FROM employments WHERE company_name LIKE 'chaos-%'`,
  )
  return rows.map(({ user_id, company_name, job_title }) => ({
    marker: company_name,
    content: { user: Number(user_id), title: job_title },
  }))
}

async function readBankAccounts({ url, crypto }: Stored): Promise<Found[]> {
  const rows = await runSql<{ user_id: string; bank_name: string; account_number: Uint8Array }>(
    url,
    'SELECT user_id, bank_name, account_number FROM bank_accounts',
  )
  const accounts = rows.map(({ user_id, bank_name, account_number }): Found => {
    const userId = Number(user_id)
    const address = { table: 'bank_accounts', column: 'account_number', userId }
    return {
      marker: crypto.decrypt(address, account_number),
      content: { user: userId, bank: bank_name },
    }
  })
  return accounts.filter(({ marker }) => marker.startsWith(PERSONAL.account))
}

async function readDatasets({ url }: Stored): Promise<Found[]> {
  const rows = await runSql<{ id: string; name: string }>(url, 'SELECT id, name FROM datasets')
  if (rows.length === 0) return []
  const counts = rows.map(
    ({ id }) => `SELECT ${id} AS id, count(*)::int AS rows FROM datasets.d${id}`,
  )
  const counted = await runSql<{ id: number; rows: number }>(url, counts.join(' UNION ALL '))
  const rowsOf = new Map(counted.map((row) => [String(row.id), row.rows]))
  return rows.map(({ id, name }) => ({ marker: name, content: { rows: rowsOf.get(id) ?? 0 } }))
}

const READERS: Readonly<Record<Kind, (stored: Stored) => Promise<Found[]>>> = {
  user: readUsers,
  transaction: readTransactions,
  task: readTasks,
  employment: readEmployments,
  'bank account': readBankAccounts,
  dataset: readDatasets,
}

/** Compares what is in the database with what was sent and answered. @returns how many records there are */
export async function checkRecords(
  url: string,
  encryptionKeys: string,
  history: History,
  model: Model,
  findings: Findings,
): Promise<number> {
  const stored = { url, history, crypto: createFieldCrypto(encryptionKeys) }
  const found = new Map<Kind, readonly Found[]>()
  for (const [kind, read] of Object.entries(READERS) as [Kind, (typeof READERS)[Kind]][]) {
    const records = await read(stored)
    found.set(kind, records)
    for (const { kind: what, detail } of compareRecords(model, kind, records)) {
      findings.add(what, detail)
    }
  }
  for (const { kind, detail } of compareGroups(model, found)) findings.add(kind, detail)
  return [...found.values()].reduce((sum, records) => sum + records.length, 0)
}
