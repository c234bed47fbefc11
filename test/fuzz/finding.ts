/** What kind of promise an answer broke. */
export type FindingKind =
  | 'server-error'
  | 'undocumented'
  | 'bad-problem'
  | 'accepted-invalid'
  | 'refused-valid'
  | 'wrong-access'
  | 'wrong-answer'
  | 'secret-told'
  | 'hang'
  | 'connection-lost'
  | 'process-ended'
  | 'error-logged'
  | 'aftermath'

/** Something that is not as it has to be. */
export class Finding extends Error {
  override readonly name = 'Finding'

  constructor(
    readonly kind: FindingKind,
    /** The operation's id, or the path where it is none. */
    readonly where: string,
    message: string,
  ) {
    super(message)
  }

  /** The same for all findings of one fault, as far as can be told: ids and sizes are left out. */
  get signature(): string {
    const plain = this.message
      .replace(/"[^"]*"/g, '"…"')
      .replace(/\d+/g, (digits) => (digits.length === 3 ? digits : '#'))
    return `${this.kind} ${this.where} ${plain}`.slice(0, 160)
  }
}
