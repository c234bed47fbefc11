import { expect, it } from 'vitest'
import { rememberBeginnings, searchTokens } from '../../src/features/users/blind-search.ts'
import { createFieldCrypto } from '../../src/lib/crypto.ts'
import { createSecrets } from '../../src/programs/kept-secrets.ts'

const crypto = createFieldCrypto(createSecrets().encryptionKeys)

const tokenOf = (word: string) =>
  Buffer.from(crypto.blindIndex('users.search', word)).readBigInt64BE()

const sorted = ([first, second]: readonly [bigint[], bigint[]]) => [first.sort(), second.sort()]

it.each([
  ['Örs Ors', 'or@x.example', ['or', 'ors', 'ex', 'exa', 'exam', 'examp', 'exampl', 'example']],
  ['𐐨𐐩𐐪 a', undefined, ['𐐨𐐩', '𐐨𐐩𐐪']],
])('has one token for each beginning of two letters and more: %s', (name, email, beginnings) => {
  expect(sorted(searchTokens(crypto, name, email))).toEqual([beginnings.map(tokenOf).sort(), []])
})

it('has the same tokens whatever is remembered', () => {
  const known = rememberBeginnings(10)
  for (let number = 0; number < 200; number += 1) {
    const [name, email] = [`Vistor${number % 7} Visk`, `vistor.visk${number * 37}@post.example`]
    expect(sorted(searchTokens(crypto, name, email, known))).toEqual(
      sorted(searchTokens(crypto, name, email)),
    )
  }
})
