import type { TokenPurpose } from './one-time-tokens.ts'

const PLACES: Readonly<Record<TokenPurpose, string>> = {
  email_verification: 'verify-email',
  password_reset: 'reset-password',
}

/** Makes the links of mails. */
export interface Links {
  to(purpose: TokenPurpose, token: string): string
  /** Where the API turned out to listen. */
  leadTo(ownUrl: string): void
}

/**
 * Links carry their token behind `#`, which browsers send to no server: it is in no log of a proxy.
 *
 * @param config PUBLIC_URL goes before the API's own address
 */
export function createLinks(config: {
  readonly PUBLIC_URL?: string
  readonly HOST: string
  readonly PORT: number
}): Links {
  const host = config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST
  let own = `http://${host}:${config.PORT}`
  return {
    to: (purpose, token) =>
      `${(config.PUBLIC_URL ?? own).replace(/\/+$/, '')}/#${PLACES[purpose]}=${token}`,
    leadTo(ownUrl) {
      own = ownUrl
    },
  }
}
