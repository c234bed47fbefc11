import { domainToASCII } from 'node:url'

/** RFC 5321, in bytes. */
const MAX_LOCAL_BYTES = 64
const MAX_BYTES = 254

/** Without quotes: RFC 5322 `dot-atom`, and characters beyond ASCII as RFC 6531 adds them. */
const ATOM = /(?:[\w!#$%&'*+/=?^`{|}~-]|[^\p{ASCII}\p{Cc}\p{Cs}\p{Z}])+/u.source
const LOCAL_PART = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, 'u')

/** Keeps out what a URL's host may have, such as percent-encoding, before it is read as one. */
const DOMAIN = /^[\p{L}\p{M}\p{N}\p{Cf}\p{Pd}\p{Po}]+$/u
const NOT_IN_DOMAIN = /[%@:/?#\\[\]*!"&',;]/
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
/** At least two labels, of which the last is no number, as it is in an IP address. */
const ASCII_DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?!\\d+$)${LABEL}$`)

/** An address at its last `@`; one without has no domain. */
function split(address: string): readonly [local: string, domain: string] {
  const at = address.lastIndexOf('@')
  return at === -1 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)]
}

/** Whether mail can be sent to an address: no quotes, a dot in the domain. */
export function isEmailAddress(address: string): boolean {
  const [local, domain] = split(address)
  const bytes = Buffer.byteLength(local)
  if (bytes > MAX_LOCAL_BYTES || !LOCAL_PART.test(local)) return false
  if (!DOMAIN.test(domain) || NOT_IN_DOMAIN.test(domain)) return false
  const ascii = domainToASCII(domain)
  return bytes + 1 + ascii.length <= MAX_BYTES && ASCII_DOMAIN.test(ascii)
}

/**
 * What addresses are compared by: without regard to case, and to how characters are composed, with the domain
 * in its ASCII form.
 */
export function emailKey(address: string): string {
  const [local, domain] = split(address)
  const name = local.normalize('NFC').toLowerCase()
  if (domain === '') return name
  return `${name}@${domainToASCII(domain) || domain.toLowerCase()}`
}
