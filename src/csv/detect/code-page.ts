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

/** What is known of a character. */
interface Character {
  readonly text: string
  readonly isAscii: boolean
  readonly isLetter: boolean
  readonly isCapital: boolean
  readonly isSmall: boolean
  readonly isCyrillic: boolean
  readonly isLatin: boolean
  /** How likely it is in each language, as a logarithm; a letter's alone. */
  readonly frequencies: readonly number[]
}

function describe(text: string): Character {
  const small = text.toLowerCase()
  return {
    text,
    isAscii: text < '\u0080',
    isLetter: LETTER.test(text),
    isCapital: CAPITAL_LETTER.test(text),
    isSmall: SMALL_LETTER.test(text),
    isCyrillic: CYRILLIC.test(text),
    isLatin: LATIN.test(text),
    frequencies: LANGUAGES.map(({ letters, first, step }) => {
      const rank = letters.indexOf(small)
      return rank === -1 ? UNKNOWN_LETTER : first - step * rank
    }),
  }
}

/** The characters of all encodings, a few hundred: a preview looks at each some thousand times. */
const described = new Map<string, Character>()

function characterOf(text: string): Character {
  const known = described.get(text)
  if (known) return known
  const character = describe(text)
  described.set(text, character)
  return character
}

/** How likely a character is that is no letter, between its neighbours. */
function symbolScore({ text }: Character, before: Character, after: Character): number {
  if (CONTROLS.test(text)) return CONTROL
  const isWithin = before.isLetter && after.isLetter
  if (isWithin) return text === '’' || text === '·' ? APOSTROPHE : ODD
  if (!SYMBOLS.includes(text)) return ODD
  const isBesideAmount = /^[\d ]?$/.test(before.text) && /^[\d\s;,]?$/.test(after.text)
  if ('€£'.includes(text) && isBesideAmount) return CURRENCY
  const touches = before.isLetter || after.isLetter
  return touches && '°±³²½·º'.includes(text) ? ODD : SYMBOL
}

/** How likely a letter is between its neighbours, apart from how frequent it is. */
function placeScore(letter: Character, before: Character, after: Character): number {
  const { isCyrillic } = letter
  let score = 0
  for (const beside of [before, after]) {
    if (isCyrillic ? beside.isLatin : beside.isCyrillic) score += TWO_SCRIPTS
  }
  if (!before.isLetter && !after.isLetter) score += ALONE
  if (letter.isCapital) {
    score += before.isSmall ? CAPITAL_WITHIN : CAPITAL
  } else if (before.isCapital && after.isCapital) score += CAPITAL_WITHIN
  if (!isCyrillic && before.isLetter && !before.isAscii) score += TWO_IN_A_ROW
  return score
}

/** The score of a text for each language. */
function scoresOf(text: string): { readonly scores: number[]; readonly characters: number } {
  const scores = LANGUAGES.map(() => 0)
  let characters = 0
  let before = characterOf('')
  let character = characterOf(text[0] ?? '')
  for (let at = 0; at < text.length; at += 1) {
    const after = characterOf(text[at + 1] ?? '')
    if (!character.isAscii) {
      characters += 1
      const isLetter = character.isLetter && !'ªº'.includes(character.text)
      const common = isLetter
        ? placeScore(character, before, after)
        : symbolScore(character, before, after)
      for (let index = 0; index < scores.length; index += 1) {
        const frequency = isLetter ? (character.frequencies[index] as number) : 0
        scores[index] = (scores[index] as number) + common + frequency
      }
    }
    before = character
    character = after
  }
  return { scores, characters }
}

function decode(bytes: Uint8Array, encoding: SingleByteEncoding): string {
  const table = characterTable(encoding)
  let text = ''
  for (const byte of bytes) text += table[byte]
  return text
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
