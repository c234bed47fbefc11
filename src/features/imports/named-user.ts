import type { PlainDatabase } from '../../database/client.ts'
import { invalid, queryError } from '../../errors.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { slotColumn } from '../../lib/slot-column.ts'
import { emailLookUp } from '../users/users.public.ts'
import type { ImportQuery } from './query.ts'

/**
 * Replaces the email address of a query by the id of its user: options are stored, and an address
 * must not be stored unencrypted.
 *
 * @throws AppError 422 `user_not_found`
 */
export async function withNamedUser(
  plain: PlainDatabase,
  crypto: FieldCrypto,
  query: ImportQuery,
): Promise<ImportQuery> {
  const { user_email: email, ...rest } = query
  if (email === undefined) return query
  const { slot, index } = emailLookUp(crypto, email)
  const [user] = await plain.rows<{ id: string }>(
    `SELECT id FROM users WHERE ${slotColumn('email_index', slot)} = $1 AND email_verified`,
    [Buffer.from(index)],
  )
  if (user === undefined) {
    throw invalid([queryError('user_email', 'user_not_found', 'does not belong to any user')])
  }
  return { ...rest, user_id: Number(user.id) }
}
