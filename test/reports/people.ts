import type { TestDatabase } from '../setup/database.ts'

/** Somebody with a pincode, a current company and accounts at banks, as far as given. */
export interface Person {
  readonly pincode?: string
  readonly company?: string
  readonly formerCompany?: string
  readonly banks?: readonly string[]
}

/** Puts people into a database, past Passbook. @returns their ids, in the same order */
export async function insertPeople(
  database: TestDatabase,
  people: readonly Person[],
): Promise<number[]> {
  const ids: number[] = []
  for (const { pincode = null, company, formerCompany, banks = [] } of people) {
    const [row] = await database.query<{ id: string }>(
      `INSERT INTO users (name, name_index, pincode) VALUES ('', '', $1) RETURNING id`,
      [pincode],
    )
    const id = Number(row?.id)
    ids.push(id)
    for (const [name, isCurrent] of [
      [company, true],
      [formerCompany, false],
    ] as const) {
      if (name === undefined) continue
      await database.query(
        `INSERT INTO employments (user_id, company_name, company_key, is_current)
         VALUES ($1, $2::text, lower($2), $3)`,
        [id, name, isCurrent],
      )
    }
    for (const bank of banks) {
      await database.query(
        `INSERT INTO bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index)
         VALUES ($1, $2::text, lower($2), '', uuid_send(gen_random_uuid()))`,
        [id, bank],
      )
    }
  }
  return ids
}

/** So many people, each with a company of their own (`Company 1` …), in one statement. */
export async function insertManyPeople(database: TestDatabase, count: number): Promise<void> {
  await database.query(
    `WITH made AS (
       INSERT INTO users (name, name_index)
       SELECT '', '' FROM generate_series(1, $1::int) RETURNING id),
     numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS number FROM made)
     INSERT INTO employments (user_id, company_name, company_key, is_current)
     SELECT id, 'Company ' || number, 'company ' || number, true FROM numbered`,
    [count],
  )
}
