import { isAscii, isUtf8 } from 'node:buffer'
import { characterLength, incompleteTail } from '../parse/utf8.ts'
import { type CodePage, findCodePage } from './code-page.ts'
import type { FoundEncoding } from './encoding.ts'

/** Words around bytes that are not UTF-8 are kept up to as many bytes. */
const MAX_WORD_BYTES = 16_384
/** A word is cut to as many bytes on each side. */
const MAX_REACH = 24
/** Well-formed sequences are counted up to as many. */
const MAX_COUNTED = 1_000_000
const NOTHING = Buffer.alloc(0)
const BLANK = 0x20

/** Whether a byte may be part of a word: a letter, or not ASCII. */
const isOfWord = (byte: number | undefined): boolean =>
  byte !== undefined && (byte >= 0x80 || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a))

/**
 * Collects what the bytes of a file say about its encoding, as it is read. One bad byte among many
 * characters is a fault of the file; only mostly bad ones show that it is no UTF-8.
 */
export class EncodingEvidence {
  /** Characters of several bytes that are well formed. */
  #good = 0
  /** Bytes of none. */
  #bad = 0
  #carry: Buffer = NOTHING
  readonly #words = Buffer.alloc(MAX_WORD_BYTES)
  #length = 0
  /** The code page by the words so far, once it was asked for. */
  #codePage: CodePage | undefined

  /** Whether all bytes so far that are not ASCII are no UTF-8, so that its length says nothing. */
  get isOnlyBad(): boolean {
    return this.#good === 0
  }

  add(chunk: Buffer): void {
    if (this.#carry.length === 0 && isAscii(chunk)) return
    const bytes = this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk
    const end = bytes.length - incompleteTail(bytes)
    this.#carry = end < bytes.length ? Buffer.from(bytes.subarray(end)) : NOTHING
    this.#count(bytes.subarray(0, end))
  }

  /** Ends the file: it cannot end within a character. */
  end(): void {
    this.#count(this.#carry)
    this.#carry = NOTHING
  }

  /** The encoding by all bytes so far. */
  verdict(): FoundEncoding {
    if (this.#good >= this.#bad) return { encoding: 'utf-8', isGuess: false }
    this.#codePage ??= findCodePage(this.#words.subarray(0, this.#length))
    return this.#codePage
  }

  #count(bytes: Buffer): void {
    if (isUtf8(bytes)) {
      if (this.#good < MAX_COUNTED) for (const byte of bytes) if (byte >= 0xc0) this.#good += 1
      return
    }
    for (let at = 0; at < bytes.length; ) {
      if ((bytes[at] as number) < 0x80) {
        at += 1
        continue
      }
      const length = characterLength(bytes, at)
      if (length > 0) {
        this.#good += 1
        at += length
      } else at = this.#addWord(bytes, at)
    }
  }

  /** Counts and keeps the word around a bad byte. @returns where the next one may be */
  #addWord(bytes: Buffer, at: number): number {
    let start = at
    let end = at
    while (start > at - MAX_REACH && isOfWord(bytes[start - 1])) start -= 1
    while (end < at + MAX_REACH && isOfWord(bytes[end])) end += 1
    for (let index = at; index < end; index += 1) {
      if ((bytes[index] as number) >= 0x80) this.#bad += 1
    }
    const word = bytes.subarray(Math.max(0, start - 1), end + 1)
    if (this.#length + word.length < MAX_WORD_BYTES) {
      this.#codePage = undefined
      this.#length += word.copy(this.#words, this.#length)
      this.#words[this.#length] = BLANK
      this.#length += 1
    }
    return end
  }
}
