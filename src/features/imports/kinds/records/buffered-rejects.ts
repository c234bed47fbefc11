import type { RefusedRow, RejectSink } from '../../../../csv/file/source.ts'

/**
 * Buffers refused rows until their lot is done. The database refuses rows later than the parser,
 * and the rejects must have the order of the file.
 */
export class BufferedRejects implements RejectSink {
  readonly #sink: RejectSink
  #rows: RefusedRow[] = []
  #failed = false

  constructor(sink: RejectSink) {
    this.#sink = sink
  }

  header(names: readonly string[]): void {
    this.#sink.header(names)
  }

  refuse(row: RefusedRow): void {
    this.#rows.push(row)
  }

  /** Does nothing: `release` stores the rows when their lot is done. */
  async settle(): Promise<void> {}

  /**
   * Passes rows on, up to the given line of the file. After an error it passes no more on.
   *
   * @throws ImportError when too many rows were refused
   */
  async release(lastLine = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#failed) return
    const rows = this.#rows.sort((a, b) => a.line - b.line)
    const ready = rows.filter(({ line }) => line <= lastLine)
    this.#rows = rows.slice(ready.length)
    this.#failed = true
    for (const row of ready) this.#sink.refuse(row)
    this.#failed = false
    await this.#sink.settle()
  }
}
