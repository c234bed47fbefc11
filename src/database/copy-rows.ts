/** Room for so many bytes at first; it doubles. */
const FIRST_BYTES = 1024 * 1024
/** A character takes up to so many bytes. */
const MAX_BYTES = 3

/**
 * Rows for COPY that are to be sent in the order of a number each has, those of one number in the order they
 * came. They are kept as bytes: as many texts would be moved about by every collection of garbage.
 */
export class CopyRows {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #used = 0
  #numbers: number[] = []
  #ends: number[] = []

  get length(): number {
    return this.#numbers.length
  }

  /** @param line a row with its line end */
  add(number: number, line: string): void {
    const needed = this.#used + line.length * MAX_BYTES
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, this.#used)
      this.#bytes = larger
    }
    this.#used += this.#bytes.write(line, this.#used)
    this.#numbers.push(number)
    this.#ends.push(this.#used)
  }

  /** The rows, in order. Then there are none. */
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
