import { characterTable, SINGLE_BYTE, type SingleByteEncoding } from '../parse/single-byte.ts'
import { LANGUAGES } from './languages.ts'

/** An encoding with one byte a character, and how sure it is. */
export interface CodePage {
  readonly encoding: SingleByteEncoding
  /** Whether the bytes could as well be of another encoding. */
  readonly isGuess: boolean
}

/** What is more common is taken where the bytes say little. */
const PRIOR: Readonly<Record<SingleByteEncoding, number>> = {
  'windows-1252': 2,
  'iso-8859-2': -0.5,
  'windows-1250': -0.6,
  'windows-1251': 0,
  macintosh: -2,
  cp850: -2,
  cp437: -2.5,
}
/** By as much, as a logarithm, an encoding has to be more likely than the next one. */
const MIN_LEAD = 3
/** Below as much a character, no encoding explains the bytes. */
const MIN_PER_CHARACTER = -6

const UNKNOWN_LETTER = -7
const ODD = -8
const CONTROL = -12
const SYMBOL = -4
const APOSTROPHE = -3
/** Factors of likelihood, as logarithms. */
const CAPITAL = -0.7
const CAPITAL_WITHIN = -4
const TWO_IN_A_ROW = -2
const TWO_SCRIPTS = -6
const ALONE = -3
const CURRENCY = -2

const LETTER = /\p{L}/u
const CAPITAL_LETTER = /\p{Lu}/u
const SMALL_LETTER = /\p{Ll}/u
const CYRILLIC = /\p{Script=Cyrillic}/u
const LATIN = /\p{Script=Latin}/u
const CONTROLS = /\p{Cc}/u
/** What texts have besides letters. */
const SYMBOLS = '€£§°–—“”„«»‘’…½²³®©™±µ×¿¡ºª·•\u00a0´'
const isAscii = (character: string): boolean => character < '\u0080'

/** How likely a character is that is no letter, between its neighbours. */
function symbolScore(character: string, before: string, after: string): number {
  if (CONTROLS.test(character)) return CONTROL
  const isWithin = LETTER.test(before) && LETTER.test(after)
  if (isWithin) return character === '’' || character === '·' ? APOSTROPHE : ODD
  if (!SYMBOLS.includes(character)) return ODD
  const isBesideAmount = /^[\d ]?$/.test(before) && /^[\d\s;,]?$/.test(after)
  if ('€£'.includes(character) && isBesideAmount) return CURRENCY
  const touches = LETTER.test(before) || LETTER.test(after)
  return touches && '°±³²½·º'.includes(character) ? ODD : SYMBOL
}

/** How likely a letter is between its neighbours, apart from how frequent it is. */
function placeScore(letter: string, before: string, after: string): number {
  const isCyrillic = CYRILLIC.test(letter)
  let score = 0
  for (const beside of [before, after]) {
    if ((isCyrillic ? LATIN : CYRILLIC).test(beside)) score += TWO_SCRIPTS
  }
  if (!LETTER.test(before) && !LETTER.test(after)) score += ALONE
  if (CAPITAL_LETTER.test(letter)) {
    score += SMALL_LETTER.test(before) ? CAPITAL_WITHIN : CAPITAL
  } else if (CAPITAL_LETTER.test(before) && CAPITAL_LETTER.test(after)) score += CAPITAL_WITHIN
  if (!isCyrillic && LETTER.test(before) && !isAscii(before)) score += TWO_IN_A_ROW
  return score
}

/** The score of a text for each language. */
function scoresOf(text: string): { readonly scores: number[]; readonly characters: number } {
  const scores = LANGUAGES.map(() => 0)
  let characters = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string
    if (isAscii(character)) continue
    characters += 1
    const [before, after] = [text[at - 1] ?? '', text[at + 1] ?? '']
    const isLetter = LETTER.test(character) && !'ªº'.includes(character)
    const common = isLetter
      ? placeScore(character, before, after)
      : symbolScore(character, before, after)
    const small = character.toLowerCase()
    for (const [index, { letters, first, step }] of LANGUAGES.entries()) {
      const rank = letters.indexOf(small)
      const frequency = rank === -1 ? UNKNOWN_LETTER : first - step * rank
      scores[index] = (scores[index] as number) + common + (isLetter ? frequency : 0)
    }
  }
  return { scores, characters }
}

const decode = (bytes: Uint8Array, encoding: SingleByteEncoding): string => {
  const table = characterTable(encoding)
  return Array.from(bytes, (byte) => table[byte]).join('')
}

/**
 * Tells encodings with one byte a character apart: by how frequent their letters are in a language,
 * and by where letters and symbols stand. `J\x81rgen` has a control character in Windows-1252, and an
 * `ü` in that of DOS.
 *
 * @param words the words of a text that are not ASCII, with what is beside them
 */
export function findCodePage(words: Uint8Array): CodePage {
  const readings = SINGLE_BYTE.map((encoding) => {
    const text = decode(words, encoding)
    const { scores, characters } = scoresOf(text)
    return { encoding, text, characters, score: PRIOR[encoding] + Math.max(...scores) }
  }).sort((a, b) => b.score - a.score)
  const [best, ...others] = readings as [(typeof readings)[number], ...typeof readings]
  const next = others.find(({ text }) => text !== best.text)
  const isClear = next === undefined || best.score - next.score >= MIN_LEAD
  const isLikely = best.score >= MIN_PER_CHARACTER * best.characters
  return { encoding: best.encoding, isGuess: !isClear || !isLikely }
}
