import { accountNumberIndexes, decryptNumber } from '../../features/bank-accounts/fields.ts'
import { decryptEmail, decryptName, userIndexes } from '../../features/users/fields.ts'
import type { FieldCrypto, Slot } from '../../lib/crypto.ts'
import { hex } from '../../lib/hex.ts'

/** A stored row: its id, and the values that its indexes are made of. */
export interface IndexedRow {
  readonly id: string
  readonly [column: string]: unknown
}

/** A table with blind indexes. */
export interface IndexedTable {
  readonly table: string
  /** The encrypted columns that the indexes are made of; the first has a value in every row. */
  readonly sources: readonly [string, ...string[]]
  /** Further columns that decrypting takes. */
  readonly also: readonly string[]
  /** The index that every row has. */
  readonly required: string
  /** All indexes with their types, and what a cleared one holds. */
  readonly indexes: Readonly<Record<string, { readonly type: string; readonly none: string }>>
  /** The indexes of a row in one slot, bytes as hex. */
  readonly compute: (
    crypto: FieldCrypto,
    row: IndexedRow,
    slot: Slot,
  ) => Readonly<Record<string, unknown>>
}

const BYTES = { type: 'bytea', none: 'NULL' }
const hexOf = (bytes: Uint8Array | null) => bytes && hex(bytes)

/** Every table with blind indexes that outlive a day. */
export const INDEXED_TABLES: readonly IndexedTable[] = [
  {
    table: 'users',
    sources: ['name', 'email'],
    also: [],
    required: 'name_index',
    indexes: {
      name_index: BYTES,
      email_index: BYTES,
      search_index: { type: 'bigint[]', none: "'{}'" },
    },
    compute(crypto, row, slot) {
      const id = BigInt(row.id)
      const email = row['email'] as Buffer | null
      const columns = userIndexes(
        crypto,
        decryptName(crypto, id, row['name'] as Buffer),
        email === null ? undefined : decryptEmail(crypto, id, email),
      )
      const first = slot === 1
      return {
        name_index: hexOf(first ? columns.nameIndex : columns.nameIndex2),
        email_index: hexOf(first ? columns.emailIndex : columns.emailIndex2),
        search_index: (first ? columns.searchIndex : columns.searchIndex2).map(String),
      }
    },
  },
  {
    table: 'bank_accounts',
    sources: ['account_number'],
    also: ['user_id'],
    required: 'account_number_index',
    indexes: { account_number_index: BYTES },
    compute(crypto, row, slot) {
      const userId = BigInt(String(row['user_id']))
      const number = decryptNumber(crypto, userId, row['account_number'] as Buffer)
      const columns = accountNumberIndexes(crypto, number)
      const index = slot === 1 ? columns.accountNumberIndex : columns.accountNumberIndex2
      return { account_number_index: hexOf(index) }
    },
  },
]
