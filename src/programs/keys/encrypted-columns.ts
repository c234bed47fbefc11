import type { FieldAddress } from '../../lib/crypto.ts'

/** A stored row: its key, what its address is made of, and its value. */
export type StoredRow = Readonly<Record<string, string | number | Buffer | null>> & {
  readonly value: Buffer
}

/** A column whose values are encrypted, as a rotation goes through it. */
export interface EncryptedColumn {
  readonly table: string
  readonly column: string
  /** The primary key, with the type of each column. */
  readonly key: Readonly<Record<string, string>>
  /** Further columns that the address is made of. */
  readonly also: readonly string[]
  readonly address: (row: StoredRow) => FieldAddress
  /** How many rows one statement changes. */
  readonly most: number
}

const MANY = 500
/** Of large values. */
const FEW = 8

/** A column of values that are bound to the user whom another column names. */
function ofUser(
  table: string,
  column: string,
  by: string,
  { key = { id: 'bigint' }, most = MANY }: Partial<Pick<EncryptedColumn, 'key' | 'most'>> = {},
): EncryptedColumn {
  return {
    table,
    column,
    key,
    also: Object.hasOwn(key, by) ? [] : [by],
    most,
    address: (row) => ({ table, column, userId: BigInt(String(row[by] ?? 0)) }),
  }
}

/** Every encrypted column of the database. A test compares the list with the schema. */
export const ENCRYPTED_COLUMNS: readonly EncryptedColumn[] = [
  ofUser('users', 'name', 'id'),
  ofUser('users', 'email', 'id'),
  ofUser('bank_accounts', 'account_number', 'user_id'),
  ofUser('transactions', 'full_name', 'user_id', { key: { id: 'bigint', user_id: 'bigint' } }),
  // A version has the bytes of its transaction. Those of transactions are encrypted anew together with these.
  {
    ...ofUser('transaction_versions', 'full_name', 'user_id', {
      key: { user_id: 'bigint', transaction_id: 'bigint', id: 'bigint' },
    }),
    address: ({ user_id }) => ({
      table: 'transactions',
      column: 'full_name',
      userId: BigInt(String(user_id)),
    }),
  },
  ofUser('idempotency_keys', 'answer', 'user_id', { key: { id: 'bytea' }, most: FEW }),
  ofUser('sessions', 'address', 'user_id'),
  ofUser('sessions', 'user_agent', 'user_id'),
  ofUser('audit_entries', 'address', 'actor_id'),
  ofUser('webhook_endpoints', 'url', 'id'),
  ofUser('webhook_endpoints', 'secret', 'id'),
  ofUser('webhook_endpoints', 'former_secret', 'id'),
  ofUser('webhook_attempts', 'answer', 'user_id', { key: { id: 'bigint', user_id: 'bigint' } }),
  {
    table: 'import_chunks',
    column: 'content',
    key: { import_id: 'bigint', part: '"ImportPart"', position: 'integer' },
    also: [],
    most: FEW,
    address: ({ import_id, part, position }) => ({
      table: 'import_chunks',
      column: `${String(part)}:${String(position)}`,
      userId: BigInt(String(import_id)),
    }),
  },
]

/** Columns of bytes that are not encrypted, and what they are. A test compares the list with the schema. */
export const OTHER_BYTES: Readonly<Record<string, string>> = {
  'users.name_index': 'a blind index',
  'users.name_index_2': 'a blind index',
  'users.email_index': 'a blind index',
  'users.email_index_2': 'a blind index',
  'bank_accounts.account_number_index': 'a blind index',
  'bank_accounts.account_number_index_2': 'a blind index',
  'idempotency_keys.id': 'a blind index that lives for a day',
  'idempotency_keys.fingerprint': 'a blind index that lives for a day',
  'login_throttles.subject': 'a blind index that lives for a day; a new key begins to count anew',
  'login_addresses.address': 'a blind index; under a new key an address counts as not known',
  'refresh_tokens.token_hash': 'a digest of random bytes',
  'one_time_tokens.token_hash': 'a digest of random bytes',
  'one_time_tokens.email_index':
    'a blind index that lives for a day, compared under every key in use',
  'api_keys.key_hash': 'a digest of random bytes',
  'transaction_versions.digest': 'a digest that covers no name',
  'chain_links.hash': 'a digest of digests',
  'chain_heads.hash': 'a digest of digests',
  'encryption_keys.check_value': 'the check value of a key',
  'imports.sha256': 'a digest of a file',
  'report_chunks.content': 'ids of users, and names of banks and companies',
}
