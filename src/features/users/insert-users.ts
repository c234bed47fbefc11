import type { DatabaseTransaction } from '../../database/client.ts'
import type { UserCreate } from '../../generated/schemas.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { emailKey } from '../../lib/email.ts'
import { hex } from '../../lib/hex.ts'
import { mapInSlices } from '../../lib/slices.ts'
import { encryptUser, type UserRecord } from './fields.ts'

interface StoredRow {
  readonly id: bigint
  readonly created_at: Date
  readonly updated_at: Date
}

function toEntry(crypto: FieldCrypto, id: bigint, { name, email, age, pincode }: UserCreate) {
  const columns = encryptUser(crypto, id, name, { address: email, verified: true })
  return {
    id: Number(id),
    name: hex(columns.name),
    email: columns.email && hex(columns.email),
    email_verified: columns.emailVerified,
    name_index: columns.nameIndex && hex(columns.nameIndex),
    name_index_2: columns.nameIndex2 && hex(columns.nameIndex2),
    email_index: columns.emailIndex && hex(columns.emailIndex),
    email_index_2: columns.emailIndex2 && hex(columns.emailIndex2),
    search_index: columns.searchIndex.map(String),
    search_index_2: columns.searchIndex2.map(String),
    age: age ?? null,
    pincode: pincode ?? null,
  }
}

/** The indexes of users in the order of their e-mail addresses. */
function inOrderOfAddress(users: readonly UserCreate[]): readonly number[] {
  const keys = users.map(({ email }) => emailKey(email))
  const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b))
  return [...users.keys()].sort((a, b) => compare(keys[a] ?? '', keys[b] ?? '') || a - b)
}

/**
 * Stores customers with one statement, all rows in one JSON parameter, like `insertTransactions`.
 * Their e-mail addresses are verified, because staff gave them.
 *
 * Rows are inserted in the order of their e-mail addresses, whichever keys are in use. Otherwise
 * two requests that wait for each other's addresses would deadlock. Of two rows with one address,
 * the first is stored.
 *
 * @returns the stored users in the given order; undefined where the e-mail address is taken
 */
export async function insertUsers(
  tx: DatabaseTransaction,
  crypto: FieldCrypto,
  users: readonly UserCreate[],
): Promise<(UserRecord | undefined)[]> {
  // Encryption binds a name to its row, so the ids are needed first.
  const ids = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT nextval(pg_get_serial_sequence('users', 'id')) AS id
    FROM generate_series(1, ${users.length}::int)`
  const entries = await mapInSlices(users, (user, index) =>
    toEntry(crypto, ids[index]?.id as bigint, user),
  )
  const ordered = inOrderOfAddress(users).map((index, place) => ({ ...entries[index], place }))
  const rows = await tx.$queryRaw<StoredRow[]>`
    INSERT INTO users (id, name, email, email_verified, name_index, name_index_2, email_index,
      email_index_2, search_index, search_index_2, age, pincode)
    SELECT id, decode(name, 'hex'), decode(email, 'hex'), email_verified, decode(name_index, 'hex'),
      decode(name_index_2, 'hex'), decode(email_index, 'hex'), decode(email_index_2, 'hex'),
      search_index, search_index_2, age, pincode
    FROM json_to_recordset(${JSON.stringify(ordered)}::json) AS given (
      place int, id bigint, name text, email text, email_verified boolean, name_index text,
      name_index_2 text, email_index text, email_index_2 text, search_index bigint[],
      search_index_2 bigint[], age smallint, pincode text)
    ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING id, created_at, updated_at`
  const stored = new Map(rows.map((row) => [Number(row.id), row]))
  return users.map(({ name, email, age, pincode }, index) => {
    const row = stored.get(entries[index]?.id ?? 0)
    return (
      row && {
        id: row.id,
        username: null,
        role: 'user',
        name,
        email,
        emailVerified: true,
        age: age ?? null,
        pincode: pincode ?? null,
        disabledAt: null,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
      }
    )
  })
}
