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

/** Whether users of a table have words that begin so; undefined where the text has no word of two letters. */
function hasWords(crypto: FieldCrypto, text: string, table: 'u' | 'users') {
  const tokens = queryTokens(crypto, text)
  return tokens && hasTokens(tokens, table)
}

/**
 * The users of whom something begins with a text: words of name or email address, the company, a bank, the pincode.
 * Each is looked up by its own index: for texts that few users have.
 */
export function findAnything(crypto: FieldCrypto, text: string): Prisma.Sql {
  const key = caseless(text)
  const words = hasWords(crypto, text, 'users')
  return Prisma.sql`u.id IN (
    ${words ? Prisma.sql`SELECT id FROM users WHERE ${words} UNION` : Prisma.empty}
    SELECT user_id FROM employments WHERE is_current AND ${begins('company_key', key)}
    UNION SELECT user_id FROM bank_accounts WHERE ${begins('bank_key', key)}
    UNION SELECT id FROM users WHERE ${begins('pincode', text)})`
}

/** The same, asked of one user after the other: for texts that many users have. */
export function hasAnything(crypto: FieldCrypto, text: string): Prisma.Sql {
  const key = caseless(text)
  const words = hasWords(crypto, text, 'u')
  return Prisma.sql`(
    ${words ? Prisma.sql`${words} OR` : Prisma.empty}
    ${begins('u.pincode', text)}
    OR EXISTS (
      SELECT FROM employments WHERE user_id = u.id AND is_current AND ${begins('company_key', key)})
    OR EXISTS (SELECT FROM bank_accounts WHERE user_id = u.id AND ${begins('bank_key', key)}))`
}
