/** Initial buffer size; it doubles when full. */
const INITIAL_BYTES = 1024 * 1024
/** The most bytes of one UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3

/**
 * Buffers rows for COPY, to be sent in the order of a number; rows with the same number keep their
 * order. They are kept as bytes: the garbage collector would copy that many strings again and
 * again.
 */
export class CopyRows {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES)
  #used = 0
  #numbers: number[] = []
  #ends: number[] = []

  get length(): number {
    return this.#numbers.length
  }

  /** @param line a row, including its line end */
  add(number: number, line: string): void {
    const needed = this.#used + line.length * MAX_BYTES_PER_UNIT
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, this.#used)
      this.#bytes = larger
    }
    this.#used += this.#bytes.write(line, this.#used)
    this.#numbers.push(number)
    this.#ends.push(this.#used)
  }

  /** Returns the rows in order, and empties the buffer. */
  take(): Buffer {
    const numbers = this.#numbers
    const order = Uint32Array.from(numbers, (_, index) => index).sort(
      (a, b) => (numbers[a] as number) - (numbers[b] as number) || a - b,
    )
    const sorted = Buffer.allocUnsafe(this.#used)
    let at = 0
    for (const index of order) {
      const start = index === 0 ? 0 : (this.#ends[index - 1] as number)
      at += this.#bytes.copy(sorted, at, start, this.#ends[index])
    }
    this.#used = 0
    this.#numbers = []
    this.#ends = []
    return sorted
  }
}
