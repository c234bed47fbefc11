import type { RefusedRow, RejectSink } from '../../../../csv/file/source.ts'

/**
 * Holds refused rows until all is known of their batch: what the database refuses comes later than what is
 * malformed, and both are to stand in the order of the file.
 */
export class HeldRejects implements RejectSink {
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

  /** Nothing is stored before its batch is done. */
  async settle(): Promise<void> {}

  /** Passes the rows on. @throws ImportError when no more may be refused */
  async release(): Promise<void> {
    const rows = this.#rows.sort((a, b) => a.line - b.line)
    this.#rows = []
    for (const row of rows) this.#sink.refuse(row)
    await this.#sink.settle()
  }
}
