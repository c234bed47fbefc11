import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import type { Resolve } from './resolve.ts'

type Connector = ReturnType<typeof buildConnector>

/** Gives a socket the addresses that were checked, so that it connects to none but these. */
function lookupOf(find: Resolve): LookupFunction {
  return (host, { all }, callback) => {
    find(host).then(
      (found) => {
        const addresses = found.map((address) => ({ address, family: isIP(address) }))
        const [first] = addresses
        if (all) callback(null, addresses)
        else callback(null, first?.address ?? '', first?.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    )
  }
}

/**
 * Opens connections to checked addresses only. A name is looked up once for each connection, so it
 * cannot lead elsewhere between check and use.
 *
 * @param find returns the addresses of a host that may be connected to, or throws
 */
export function createConnector(find: Resolve, timeoutMs: number): Connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    autoSelectFamily: true,
    lookup: lookupOf(find),
  })
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '')
    // No look-up happens for an address, so it is checked here.
    const checked = isIP(host) === 0 ? Promise.resolve() : find(host)
    checked.then(
      () => connect(options, callback),
      (error: Error) => callback(error, null),
    )
  }
}
