import type { RefusedRow, RejectSink } from '../../../../csv/file/source.ts'

/**
 * Buffers refused rows until their batch is done. The database refuses rows later than the parser,
 * and the rejects must have the order of the file.
 */
export class BufferedRejects implements RejectSink {
  readonly #sink: RejectSink
  #rows: RefusedRow[] = []

  constructor(sink: RejectSink) {
    this.#sink = sink
  }

  header(names: readonly string[]): void {
    this.#sink.header(names)
  }

  refuse(row: RefusedRow): void {
    this.#rows.push(row)
  }

  /** Does nothing: `release` stores the rows when their batch is done. */
  async settle(): Promise<void> {}

  /** Passes the rows on. @throws ImportError when too many rows were refused */
  async release(): Promise<void> {
    const rows = this.#rows.sort((a, b) => a.line - b.line)
    this.#rows = []
    for (const row of rows) this.#sink.refuse(row)
    await this.#sink.settle()
  }
}
