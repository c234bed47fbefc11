import { PassThrough, type Readable } from 'node:stream'

/**
 * A request's body for whoever reads it. Nothing is taken from the connection, and no clock runs, before somebody
 * reads: a body that nobody wants leaves nothing behind. The request's own stream stays untouched by its readers,
 * so what they leave unread can still be discarded.
 */
export class AwaitedBody extends PassThrough {
  #begin: (() => void) | undefined

  /**
   * @param sent the request's own stream
   * @param begin called once, when somebody begins to read
   */
  constructor(sent: Readable, begin: () => void) {
    super()
    this.#begin = () => {
      begin()
      sent.pipe(this)
    }
    // Destroyed with an error when nobody reads any more, it would end the process.
    this.on('error', () => undefined)
    this.once('close', () => sent.unpipe(this))
  }

  override _read(size: number): void {
    const begin = this.#begin
    this.#begin = undefined
    begin?.()
    super._read(size)
  }
}
