import { PassThrough, type Readable } from 'node:stream'

/**
 * The request body as its reader sees it. Nothing is read from the connection, and no timer
 * starts, until somebody reads, so an unwanted body costs nothing. Readers never touch the
 * request's own stream, so whatever they leave unread can still be discarded.
 */
export class AwaitedBody extends PassThrough {
  #begin: (() => void) | undefined

  /**
   * @param sent the request's own stream
   * @param begin called once, when reading begins
   */
  constructor(sent: Readable, begin: () => void) {
    super()
    this.#begin = () => {
      begin()
      sent.pipe(this)
    }
    // Without a listener, an error after the last reader has gone would end the process.
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
