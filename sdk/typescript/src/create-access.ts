import type { Access } from './access.ts'
import type { Credentials } from './credentials.ts'
import type { Client } from './generated/client/index.ts'
import { once } from './once.ts'
import { createTokens } from './tokens.ts'

const refuse = async () => false
const nothing = async () => {}

/** @param anonymous sends requests that need no login */
export function createAccess(credentials: Credentials | undefined, anonymous: Client): Access {
  if (credentials?.kind === 'tokens') return createTokens(credentials, anonymous)
  if (credentials?.kind === 'apiKey') {
    const headers = { authorization: `Bearer ${credentials.key}` }
    return { headers: async () => headers, renew: refuse, logOut: nothing }
  }
  if (credentials?.kind === 'cookie') {
    const { headers = {}, renew = refuse } = credentials
    return { headers: async () => headers, renew: once(renew), logOut: nothing }
  }
  return { headers: async () => ({}), renew: refuse, logOut: nothing }
}
