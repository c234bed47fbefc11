import type { CopyFormat } from './copy-format.ts'

const LF = 0x0a
const CR = 0x0d
const BACKSLASH = 0x5c

/** Collects rows in the CSV format that COPY reads. */
export class CopyBuffer {
  /** 1 for each byte that a cell can hold only in quotes. */
  readonly #special = new Uint8Array(256)
  readonly #delimiter: number
  readonly #quote: number
  readonly #escape: number
  readonly #lineEnd: Buffer
  readonly #capacity: number
  #bytes: Buffer
  #length = 0

  /** @param capacity initial size in bytes */
  constructor(format: CopyFormat, capacity: number) {
    this.#delimiter = format.delimiter.charCodeAt(0)
    this.#quote = format.quote.charCodeAt(0)
    this.#escape = format.escape.charCodeAt(0)
    this.#lineEnd = Buffer.from(format.lineEnd)
    for (const byte of [this.#delimiter, this.#quote, this.#escape, LF, CR, BACKSLASH]) {
      this.#special[byte] = 1
    }
    this.#capacity = capacity
    this.#bytes = Buffer.allocUnsafeSlow(capacity)
  }

  get length(): number {
    return this.#length
  }

  /** Returns the collected bytes and starts empty. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = Buffer.allocUnsafeSlow(this.#capacity)
    this.#length = 0
    return taken
  }

  /** Appends bytes unchanged. */
  raw(bytes: Buffer, start: number, end: number): void {
    this.#reserve(end - start)
    this.#length += bytes.copy(this.#bytes, this.#length, start, end)
  }

  delimiter(): void {
    this.#reserve(1)
    this.#bytes[this.#length] = this.#delimiter
    this.#length += 1
  }

  endRow(): void {
    this.raw(this.#lineEnd, 0, this.#lineEnd.length)
  }

  /** Appends a cell that is not null, in quotes if it needs them. An empty cell needs them. */
  cell(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start)
    const out = this.#bytes
    const special = this.#special
    let at = this.#length
    let index = start
    for (; index < end && special[bytes[index] as number] === 0; index += 1) {
      out[at] = bytes[index] as number
      at += 1
    }
    if (index === end && end > start) this.#length = at
    else this.#quoted(bytes, start, end)
  }

  #quoted(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(2 * (end - start) + 2)
    const out = this.#bytes
    let at = this.#length
    out[at] = this.#quote
    at += 1
    for (let index = start; index < end; index += 1) {
      const byte = bytes[index] as number
      if (byte === this.#quote || byte === this.#escape) {
        out[at] = this.#escape
        at += 1
      }
      out[at] = byte
      at += 1
    }
    out[at] = this.#quote
    this.#length = at + 1
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#length + bytes))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
