import type { Log } from '../log.ts'

type Line = Parameters<Log['info']>

/**
 * The log of a request, whose lines carry its id. Most requests write one line, which names the id itself: a child of the log
 * is made for those that write more.
 */
export class RequestLog {
  readonly #log: Log
  readonly #fields: object
  #child: Log | undefined

  /** @param fields what each line says */
  constructor(log: Log, fields: object) {
    this.#log = log
    this.#fields = fields
  }

  get level(): string {
    return this.#log.level
  }

  #own(): Log {
    this.#child ??= this.#log.child(this.#fields)
    return this.#child
  }

  child(fields: object): Log {
    return this.#own().child(fields)
  }

  fatal(...line: Line): void {
    this.#own().fatal(...line)
  }

  error(...line: Line): void {
    this.#own().error(...line)
  }

  warn(...line: Line): void {
    this.#own().warn(...line)
  }

  info(...line: Line): void {
    this.#own().info(...line)
  }

  debug(...line: Line): void {
    this.#own().debug(...line)
  }

  trace(...line: Line): void {
    this.#own().trace(...line)
  }

  silent(...line: Line): void {
    this.#own().silent(...line)
  }
}
