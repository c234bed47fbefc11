import { Prisma } from '../../database/client.ts'
import { caseless } from '../../lib/caseless.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'
import { queryTokens } from './blind-search.ts'
import { hasTokens } from './has-tokens.ts'

/** No text that begins with another one sorts after that with this letter behind it. */
const LAST_LETTER = '\u{10FFFF}'

/** Whether a column begins with a text, as an index in the order of bytes can find it. */
const begins = (column: string, text: string) => {
  const sorted = Prisma.raw(`${column} COLLATE "C"`)
  return Prisma.sql`${sorted} >= ${text} AND ${sorted} < ${text + LAST_LETTER}`
}

/**
 * The users of whom something begins with a text: words of name or email address, the company, a bank, the pincode.
 * Each is looked up by its own index.
 */
export function findAnything(crypto: FieldCrypto, text: string): Prisma.Sql {
  const key = caseless(text)
  const tokens = queryTokens(crypto, text)
  const byWords =
    tokens &&
    Prisma.sql`SELECT id FROM users
      WHERE ${hasTokens(tokens, 'users')}
      UNION`
  return Prisma.sql`u.id IN (
    ${byWords ?? Prisma.empty}
    SELECT user_id FROM employments WHERE is_current AND ${begins('company_key', key)}
    UNION SELECT user_id FROM bank_accounts WHERE ${begins('bank_key', key)}
    UNION SELECT id FROM users WHERE ${begins('pincode', text)})`
}
