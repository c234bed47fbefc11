import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { isPublicAddress } from './addresses.ts'

const QUERY_MS = 2_000
const TRIES = 2

/** Finds the addresses of a name. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** A delivery that cannot be sent, with a stable code. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable'

  constructor(readonly code: 'private_target' | 'dns') {
    super(code)
  }
}

/**
 * Asks name servers directly. The system's own look-up would occupy a thread that passwords and
 * files need, for as long as a hostile name server likes.
 */
const resolvePublic: Resolve = async (name) => {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: TRIES })
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
}

/** Asks the system, which also knows the names of its own network. */
const resolveAny: Resolve = async (name) =>
  (await lookup(name, { all: true }).catch(() => [])).map(({ address }) => address)

/**
 * Makes the look-up for all connections of webhooks.
 *
 * @param allowPrivate whether private addresses are fine
 * @returns the addresses of a host that may be connected to
 * @throws Undeliverable if there is none, or one of them is not public
 */
export function createLookup(
  allowPrivate: boolean,
  resolve: Resolve = allowPrivate ? resolveAny : resolvePublic,
): Resolve {
  return async (host) => {
    const addresses = isIP(host) === 0 ? await resolve(host) : [host]
    if (addresses.length === 0) throw new Undeliverable('dns')
    if (!allowPrivate && !addresses.every(isPublicAddress))
      throw new Undeliverable('private_target')
    return addresses
  }
}
