import type { FieldCrypto, Slot } from '../../lib/crypto.ts'

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
const token = (digest: Uint8Array): bigint =>
  new DataView(digest.buffer, digest.byteOffset).getBigInt64(0)

/**
 * The tokens stored with a user: one for each beginning of a word in name and e-mail address, for
 * each of the two columns.
 */
export function searchTokens(
  crypto: FieldCrypto,
  name: string,
  email: string | undefined,
): [bigint[], bigint[]] {
  const beginnings = new Set<string>()
  for (const word of [...words(name), ...words(email ?? '')]) {
    const letters = [...word]
    for (let end = MIN_PREFIX_LENGTH; end <= letters.length; end += 1) {
      beginnings.add(letters.slice(0, end).join(''))
    }
  }
  const tokens: [bigint[], bigint[]] = [[], []]
  for (const beginning of beginnings) {
    const [first, second] = crypto.blindIndexes('users.search', beginning)
    if (first) tokens[0].push(token(first))
    if (second) tokens[1].push(token(second))
  }
  return tokens
}

/**
 * The tokens of a search. A user has to have all of them. Single letters, as in O'Brien, are left
 * out.
 *
 * @returns undefined when all words are shorter than two characters
 */
export function queryTokens(
  crypto: FieldCrypto,
  query: string,
): { readonly slot: Slot; readonly tokens: readonly bigint[] } | undefined {
  const terms = words(query).filter((term) => [...term].length >= MIN_PREFIX_LENGTH)
  const found = terms.map((term) => crypto.lookUp('users.search', term))
  const [first] = found
  return first && { slot: first.slot, tokens: found.map(({ index }) => token(index)) }
}
