/** The first bytes of COPY's binary format: its signature, no flags, and no extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
/** Stands in place of a row's number of fields after the last row. */
const TRAILER = Buffer.from([0xff, 0xff])

/** The type of an array's elements, as PostgreSQL numbers it. */
const BIGINT_OID = 20
const NULL_LENGTH = -1
const INITIAL_BYTES = 256 * 1024

/** Puts rows between what the binary format has before and after them. */
export const withBinaryFrame = (rows: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([HEADER, ...rows, TRAILER])

/**
 * Collects rows in COPY's binary format. Each row begins with its number of fields. The server
 * stores them as they are, where it has to parse the digits of bytes and arrays in the text format.
 */
export class BinaryRows {
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  #length = 0

  /** Length of the rows so far, in bytes. */
  get length(): number {
    return this.#length
  }

  /** Returns the rows in memory of their own, and starts empty. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(this.#length)
    taken.set(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return taken
  }

  /** Begins a row of so many fields. */
  begin(fields: number): void {
    this.#reserve(2)
    this.#length = this.#bytes.writeInt16BE(fields, this.#length)
  }

  null(): void {
    this.#int(NULL_LENGTH)
  }

  bytes(value: Uint8Array | null): void {
    if (value === null) {
      this.null()
      return
    }
    this.#int(value.length)
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  text(value: string | null): void {
    if (value === null) {
      this.null()
      return
    }
    // A UTF-16 unit takes three bytes at most.
    this.#reserve(4 + 3 * value.length)
    const length = this.#bytes.write(value, this.#length + 4)
    this.#bytes.writeInt32BE(length, this.#length)
    this.#length += 4 + length
  }

  boolean(value: boolean): void {
    this.#int(1)
    this.#reserve(1)
    this.#length = this.#bytes.writeUInt8(value ? 1 : 0, this.#length)
  }

  smallint(value: number | null): void {
    if (value === null) {
      this.null()
      return
    }
    this.#int(2)
    this.#reserve(2)
    this.#length = this.#bytes.writeInt16BE(value, this.#length)
  }

  bigint(value: bigint): void {
    this.#int(8)
    this.#reserve(8)
    this.#length = this.#bytes.writeBigInt64BE(value, this.#length)
  }

  bigints(values: readonly bigint[]): void {
    const dimensions = values.length === 0 ? 0 : 1
    this.#int(12 + dimensions * 8 + values.length * 12)
    this.#int(dimensions)
    // No element is null.
    this.#int(0)
    this.#int(BIGINT_OID)
    if (dimensions === 0) return
    this.#int(values.length)
    // The number of the first element.
    this.#int(1)
    for (const value of values) this.bigint(value)
  }

  #int(value: number): void {
    this.#reserve(4)
    this.#length = this.#bytes.writeInt32BE(value, this.#length)
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#length + bytes))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
