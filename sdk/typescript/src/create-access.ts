import type { Access } from './access.ts'
import type { CookieCredentials, Credentials } from './credentials.ts'
import type { Client } from './generated/client/index.ts'
import { once } from './once.ts'
import { createTokens } from './tokens.ts'

/** @param anonymous sends requests that need no login */
export function createAccess(credentials: Credentials | undefined, anonymous: Client): Access {
  if (credentials?.kind === 'tokens') return createTokens(credentials, anonymous)
  if (credentials?.kind === 'cookie') return createCookie(credentials)
  return fixed(credentials ? { authorization: `Bearer ${credentials.key}` } : {})
}

/** What cannot be renewed. */
const fixed = (headers: Readonly<Record<string, string>>): Access => ({
  prove: async () => ({ headers, age: 0 }),
  renew: async () => false,
  logOut: async () => {},
})

function createCookie({ headers = {}, renew }: CookieCredentials): Access {
  if (!renew) return fixed(headers)
  let age = 0
  const renewOnce = once(async () => {
    const isRenewed = await renew()
    if (isRenewed) age++
    return isRenewed
  })
  return {
    ...fixed(headers),
    prove: async () => ({ headers, age }),
    renew: async (refused) => refused.age < age || (await renewOnce()),
  }
}
