import type { Prisma } from '../../database/client.ts'
import type { FieldCrypto } from '../../lib/crypto.ts'

type EndpointRow = Prisma.WebhookEndpointGetPayload<object>

/** A webhook endpoint as everybody but its deliveries sees it: without its secrets. */
export type EndpointRecord = Omit<
  EndpointRow,
  'url' | 'secret' | 'formerSecret' | 'formerUntil'
> & { readonly url: string }

/** Why an endpoint is disabled: an admin did it, 5 days of failure, or a 410. */
export type DisabledReason = 'request' | 'failing' | 'gone'

const address = (column: 'url' | 'secret' | 'former_secret', id: bigint) => ({
  table: 'webhook_endpoints',
  column,
  userId: id,
})

export const encryptUrl = (crypto: FieldCrypto, id: bigint, url: string) =>
  crypto.encrypt(address('url', id), url)

export const encryptSecret = (crypto: FieldCrypto, id: bigint, secret: string) =>
  crypto.encrypt(address('secret', id), secret)

export function decryptEndpoint(crypto: FieldCrypto, row: EndpointRow): EndpointRecord {
  const { secret: _, formerSecret: __, formerUntil: ___, ...rest } = row
  return { ...rest, url: crypto.decrypt(address('url', row.id), row.url) }
}

/** Encrypts the current secret anew as the former one, since values are bound to their column. */
export const toFormerSecret = (crypto: FieldCrypto, { id, secret }: EndpointRow) =>
  crypto.encrypt(address('former_secret', id), crypto.decrypt(address('secret', id), secret))

/** The secrets that sign now: the current one, and for a day the one before it. */
export function secretsOf(crypto: FieldCrypto, row: EndpointRow): readonly string[] {
  const { id, secret, formerSecret, formerUntil } = row
  const current = crypto.decrypt(address('secret', id), secret)
  if (formerSecret === null || formerUntil === null || formerUntil.getTime() <= Date.now()) {
    return [current]
  }
  return [current, crypto.decrypt(address('former_secret', id), formerSecret)]
}
