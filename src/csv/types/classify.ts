import { KIND } from './cell-kinds.ts'
import { numberKinds } from './number-kinds.ts'
import { temporalKinds } from './temporal-kinds.ts'

/** Classes of a cell's first byte. */
const FIRST_BYTE = { nothing: 0, number: 1, json: 2, word: 3 } as const
const FIRST_BYTES = new Uint8Array(256)
for (const byte of Buffer.from('-.0123456789')) FIRST_BYTES[byte] = FIRST_BYTE.number
for (const byte of Buffer.from('{[')) FIRST_BYTES[byte] = FIRST_BYTE.json
for (const byte of Buffer.from('tfynTFYNabcdeABCDE')) FIRST_BYTES[byte] = FIRST_BYTE.word

const UUID_LENGTH = 36
/** JSON nested more deeply stays text, because PostgreSQL parses it recursively. */
const MAX_DEPTH = 500

const { trueFalse, yesNo, tF, yN } = KIND
const WORDS: ReadonlyMap<string, number> = new Map([
  ['true', trueFalse],
  ['false', trueFalse],
  ['yes', yesNo],
  ['no', yesNo],
  ['t', tF],
  ['f', tF],
  ['y', yN],
  ['n', yN],
])
const MAX_WORD_LENGTH = 5

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

/** The nesting depth of brackets, including those inside strings. */
function depth(text: string): number {
  let open = 0
  let deepest = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open += bracket === '[' || bracket === '{' ? 1 : -1
    deepest = Math.max(deepest, open)
  }
  return deepest
}

/** Whether a text is a JSON object or array. */
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
 * Finds the kinds of a cell, given its bytes without surrounding blanks.
 *
 * @param wanted the kinds the caller needs; JSON is only parsed if it is among them
 * @returns bits of {@link KIND}: always `text`, and `asIs` where PostgreSQL reads the bytes the
 *   same way
 */
export function classify(bytes: Buffer, start: number, end: number, wanted: number): number {
  const length = end - start
  const first = FIRST_BYTES[bytes[start] as number]
  if (first === FIRST_BYTE.nothing || length === 0) return KIND.text
  if (first === FIRST_BYTE.json) {
    const json = (wanted & KIND.json) !== 0 && isJson(bytes.toString('utf8', start, end))
    return json ? KIND.json | KIND.text | KIND.asIs : KIND.text
  }
  if (length === UUID_LENGTH && isUuid(bytes, start)) return KIND.uuid | KIND.text | KIND.asIs
  if (first === FIRST_BYTE.word) {
    return length <= MAX_WORD_LENGTH ? wordKinds(bytes, start, end) | KIND.text : KIND.text
  }
  return (numberKinds(bytes, start, end) || temporalKinds(bytes, start, end)) | KIND.text
}
