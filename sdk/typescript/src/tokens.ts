import type { Access, Proof } from './access.ts'
import type { TokenCredentials } from './credentials.ts'
import type { Client } from './generated/client/index.ts'
import { login, logout, refreshToken } from './generated/sdk.gen.ts'
import type { TokenPair } from './generated/types.gen.ts'
import { once } from './once.ts'
import { Problem } from './problem.ts'

/** Access tokens are exchanged this part of their life before they expire: a request takes time to arrive. */
const MARGIN = 0.05

/**
 * Keeps an account's tokens. A refresh token is good once, and its reuse ends the session: all requests
 * share one exchange.
 *
 * @param anonymous sends requests that need no login
 */
export function createTokens(credentials: TokenCredentials, anonymous: Client): Access {
  let tokens = credentials.tokens
  let age = 0
  // Of tokens of an earlier login nobody knows since when they count: the service says when they are over.
  let expiresAt = Number.POSITIVE_INFINITY

  function keep(pair: TokenPair | undefined): void {
    tokens = pair
    age++
    expiresAt = pair ? Date.now() + pair.expires_in * 1000 * (1 - MARGIN) : 0
    credentials.onTokens?.(pair)
  }

  async function refresh(token: string): Promise<boolean> {
    try {
      const body = { refresh_token: token }
      keep((await refreshToken({ client: anonymous, body })).data)
      return true
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      keep(undefined)
      return false
    }
  }

  const renew = once(async () => {
    if (tokens && (await refresh(tokens.refresh_token))) return true
    if (!credentials.login) return false
    keep((await login({ client: anonymous, body: credentials.login })).data)
    return true
  })

  return {
    async prove(): Promise<Proof> {
      if (!tokens || Date.now() > expiresAt) await renew()
      if (!tokens) return { headers: {}, age }
      return { headers: { authorization: `Bearer ${tokens.access_token}` }, age }
    },
    renew: async (refused) => refused.age < age || (await renew()),
    async logOut() {
      const last = tokens
      if (!last) return
      keep(undefined)
      await logout({ client: anonymous, body: { refresh_token: last.refresh_token } })
    },
  }
}
