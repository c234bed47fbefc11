/** A text mail. */
export interface Mail {
  /** An address alone, without a name. */
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Takes mails out of Passbook. */
export interface MailTransport {
  /** @throws MailRefused, MailUnsent */
  send(mail: Mail): Promise<void>
  /** Gives up connections until the next mail. */
  rest(): void
}

/**
 * The address or the mail was refused for good. Messages of mail servers quote addresses, so that
 * nothing of theirs but the code is kept.
 */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'

  /** @param reason the mail server's reply code, or a code of the library */
  constructor(readonly reason: string) {
    super(`the mail server refused a mail for good (${reason})`)
  }
}

/** The mail was not sent now, and can be sent later. */
export class MailUnsent extends Error {
  override readonly name = 'MailUnsent'

  /**
   * @param reason the mail server's reply code, or a code such as `ECONNREFUSED`
   * @param isServer whether other mails would fail too
   */
  constructor(
    readonly reason: string,
    readonly isServer: boolean,
  ) {
    super(`a mail could not be sent (${reason})`)
  }
}
