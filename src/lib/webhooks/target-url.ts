import { isIP } from 'node:net'
import { isPublicAddress } from './addresses.ts'

/** Domains that no public server has. */
const PRIVATE_DOMAINS = ['localhost', 'local', 'localdomain', 'internal', 'intranet', 'home.arpa']

/** Why a URL is no target for webhooks. */
export interface UrlProblem {
  readonly code: 'url' | 'https' | 'credentials' | 'fragment' | 'private_target'
  readonly message: string
}

/** The host of a URL, without the brackets of an IPv6 address. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** Whether a host cannot be public, by its text alone. `URL` has put all notations of IPv4 into one. */
export function isPrivateHost(host: string): boolean {
  if (isIP(host) !== 0) return !isPublicAddress(host)
  const name = host.toLowerCase().replace(/\.+$/, '')
  const isInside = PRIVATE_DOMAINS.some((domain) => name === domain || name.endsWith(`.${domain}`))
  return isInside || !name.includes('.')
}

/**
 * Finds what is wrong with the URL of a webhook endpoint. The addresses of a name are checked later,
 * each time before connecting.
 *
 * @param allowPrivate whether plain HTTP and private hosts are fine
 */
export function problemOfUrl(text: string, allowPrivate: boolean): UrlProblem | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return { code: 'url', message: 'must be a URL such as https://hooks.example.com/passbook' }
  }
  if (url.protocol === 'http:' && !allowPrivate) {
    return { code: 'https', message: 'must begin with https://' }
  }
  if (url.username !== '' || url.password !== '') {
    return { code: 'credentials', message: 'must not contain a user name or password' }
  }
  if (text.includes('#')) return { code: 'fragment', message: 'must not contain a fragment (#)' }
  if (isPrivateHost(hostOf(url)) && !allowPrivate) {
    return { code: 'private_target', message: 'must lead to a host of the public Internet' }
  }
  return undefined
}
