import type { Snapshot } from '../../database/snapshot.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { decryptName, nameLookUp } from './fields.ts'

interface NamedRow {
  readonly id: string
  readonly name: Buffer
  readonly name_index: Buffer
}

/** The id of the key that a name was encrypted with: its length is in the first byte. */
const KEY_ID = 'substring(name FROM 2 FOR get_byte(name, 0))'

function canRead(crypto: FieldCrypto, row: NamedRow): boolean {
  try {
    const name = decryptName(crypto, BigInt(row.id), row.name)
    return row.name_index.equals(nameLookUp(crypto, name).index)
  } catch {
    return false
  }
}

/**
 * Whether the keys can read the stored users. It checks one name for each key that encrypted any,
 * and its blind index. It reads all users.
 */
export async function readsStoredNames(
  crypto: FieldCrypto,
  stored: Pick<Snapshot, 'rows'>,
): Promise<boolean> {
  const rows = await stored.rows<NamedRow>(
    `SELECT DISTINCT ON (${KEY_ID}) id, name, name_index FROM users WHERE length(name) > 0
     ORDER BY ${KEY_ID}, id`,
  )
  return rows.every((row) => canRead(crypto, row))
}
