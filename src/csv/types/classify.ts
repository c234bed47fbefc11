import { KIND } from './cell-kinds.ts'
import { numberKinds } from './number-kinds.ts'
import { temporalKinds } from './temporal-kinds.ts'

/** Bytes by what can begin with them. */
const BEGINS = { nothing: 0, number: 1, json: 2, word: 3 } as const
const BEGIN = new Uint8Array(256)
for (const byte of Buffer.from('-.0123456789')) BEGIN[byte] = BEGINS.number
for (const byte of Buffer.from('{[')) BEGIN[byte] = BEGINS.json
for (const byte of Buffer.from('tfynTFYNabcdeABCDE')) BEGIN[byte] = BEGINS.word

const UUID_LENGTH = 36
/** JSON nested deeper than this stays text: PostgreSQL reads it by recursion. */
const MAX_DEPTH = 500

const { saysTrue, saysFalse, trueFalse, yesNo, tF, yN } = KIND
const WORDS: ReadonlyMap<string, number> = new Map([
  ['true', trueFalse | saysTrue],
  ['false', trueFalse | saysFalse],
  ['yes', yesNo | saysTrue],
  ['no', yesNo | saysFalse],
  ['t', tF | saysTrue],
  ['f', tF | saysFalse],
  ['y', yN | saysTrue],
  ['n', yN | saysFalse],
])
const LONGEST_WORD = 5

const isHex = (byte: number): boolean => {
  const lower = byte | 0x20
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66)
}

function isUuid(bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < UUID_LENGTH; index += 1) {
    const byte = bytes[start + index] as number
    const hyphen = index === 8 || index === 13 || index === 18 || index === 23
    if (hyphen ? byte !== 0x2d : !isHex(byte)) return false
  }
  return true
}

function wordKinds(bytes: Buffer, start: number, end: number): number {
  const kinds = WORDS.get(bytes.toString('latin1', start, end).toLowerCase())
  return kinds === undefined ? 0 : kinds | KIND.asIs
}

/** How deep brackets are nested, those inside strings counted too. */
function depth(text: string): number {
  let open = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open += bracket === '[' || bracket === '{' ? 1 : -1
    deepest = Math.max(deepest, open)
  }
  return deepest
}

/** Whether a text is an object or an array in JSON. */
export function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text) || depth(text) > MAX_DEPTH) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/**
 * The kinds that the bytes of a cell without surrounding blanks are.
 *
 * @param wanted kinds of use to the caller: JSON is only looked into when it is among them
 * @returns bits of {@link KIND}, `text` always among them, `asIs` where PostgreSQL reads them alike
 */
export function classify(bytes: Buffer, start: number, end: number, wanted: number): number {
  const length = end - start
  const begin = BEGIN[bytes[start] as number]
  if (begin === BEGINS.nothing || length === 0) return KIND.text
  if (begin === BEGINS.json) {
    const json = (wanted & KIND.json) !== 0 && isJson(bytes.toString('utf8', start, end))
    return json ? KIND.json | KIND.text | KIND.asIs : KIND.text
  }
  if (length === UUID_LENGTH && isUuid(bytes, start)) return KIND.uuid | KIND.text | KIND.asIs
  if (begin === BEGINS.word) {
    return length <= LONGEST_WORD ? wordKinds(bytes, start, end) | KIND.text : KIND.text
  }
  return (numberKinds(bytes, start, end) || temporalKinds(bytes, start, end)) | KIND.text
}
