import type { FieldCrypto } from '../../lib/crypto.ts'

const MIN_PREFIX_LENGTH = 2

/** Removes case, accents, and the final form of a Greek sigma. */
export const fold = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ς', 'σ')

/** The words of a name, or the parts of an e-mail address. */
const words = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)

/** The first 64 bits of a word's HMAC. They distinguish words, and do not reveal them. */
const token = (crypto: FieldCrypto, word: string): bigint => {
  const digest = crypto.blindIndex('users.search', word)
  return new DataView(digest.buffer, digest.byteOffset).getBigInt64(0)
}

/** The tokens stored with a user: one for each beginning of a word in name and e-mail address. */
export function searchTokens(
  crypto: FieldCrypto,
  name: string,
  email: string | undefined,
): bigint[] {
  const beginnings = new Set<string>()
  for (const word of [...words(name), ...words(email ?? '')]) {
    const letters = [...word]
    for (let end = MIN_PREFIX_LENGTH; end <= letters.length; end += 1) {
      beginnings.add(letters.slice(0, end).join(''))
    }
  }
  return [...beginnings].map((beginning) => token(crypto, beginning))
}

/**
 * The tokens of a search. A user has to have all of them. Single letters, as in O'Brien, are left
 * out.
 *
 * @returns undefined when all words are shorter than two characters
 */
export function queryTokens(crypto: FieldCrypto, query: string): bigint[] | undefined {
  const terms = words(query).filter((term) => [...term].length >= MIN_PREFIX_LENGTH)
  return terms.length > 0 ? terms.map((term) => token(crypto, term)) : undefined
}
