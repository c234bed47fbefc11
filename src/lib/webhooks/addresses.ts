import ipaddr from 'ipaddr.js'

/** The part of IPv6 that the Internet uses. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')
/** Azure answers its machines here, on an address that looks public. */
const PLATFORM_ADDRESSES = ['168.63.129.16']

/**
 * Whether an IP address belongs to the public Internet. Refuses private, loopback, link-local,
 * shared, multicast and reserved addresses, and IPv6 addresses that stand for an IPv4 address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast' || PLATFORM_ADDRESSES.includes(address.toString())) return false
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_UNICAST)
}
