/** Exit codes: what was checked differs or could not be done; the input is not usable. */
export const FAILED = 1
export const BAD_INPUT = 2

/** A reason to end, in one sentence for whoever runs the demo. Holds no names and no addresses. */
export class DemoError extends Error {
  override readonly name = 'DemoError'

  constructor(
    message: string,
    readonly exitCode: number = FAILED,
  ) {
    super(message)
  }
}

/** Files, lines or options that cannot be used. */
export const badInput = (message: string): DemoError => new DemoError(message, BAD_INPUT)
