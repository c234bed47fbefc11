import type { LoginData, TokenPair } from './generated/types.gen.ts'

/** An account's tokens: logs in when it has none, and refreshes them before they expire. */
export interface TokenCredentials {
  readonly kind: 'tokens'
  /** Logs in with these, again when a session has ended. */
  readonly login?: LoginData['body']
  /** Goes on with the tokens of an earlier login. */
  readonly tokens?: TokenPair
  /** Called with each new pair, to be kept in place of the last one; with undefined when the session has ended. */
  readonly onTokens?: (tokens: TokenPair | undefined) => void
}

/** An API key, `pb_…`. */
export interface ApiKeyCredentials {
  readonly kind: 'apiKey'
  readonly key: string
}

/** A cookie that the browser sends by itself, to the origin of the page alone. */
export interface CookieCredentials {
  readonly kind: 'cookie'
  /** Headers of every request, such as one against cross-site requests. */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Renews the cookie after a 401. Requests that fail meanwhile wait for the same call.
   *
   * @returns whether the requests are worth sending again
   */
  readonly renew?: () => Promise<boolean>
}

/** How to prove who calls. Without it, only what needs no login can be called. */
export type Credentials = TokenCredentials | ApiKeyCredentials | CookieCredentials
