import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { forbidden, unauthorized } from '../../errors.ts'

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/
/** Headers that proxies add. */
const PROXY_HEADER = /^(x-forwarded-.*|x-real-ip|forwarded|via)$/
const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Checks that a request may read the metrics. With a token configured, the request has to send it
 * as a bearer token. Without one, only this machine may read them; a request through a proxy on
 * this machine does not count as local.
 *
 * @throws AppError 401 or 403
 */
export function assertMetricsAccess(
  token: string | undefined,
  headers: IncomingHttpHeaders,
  remoteAddress: string | undefined,
): void {
  if (token !== undefined) {
    const sent = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
    if (sent === undefined || !timingSafeEqual(digest(sent), digest(token))) {
      throw unauthorized('Send the metrics token as `Authorization: Bearer …`')
    }
    return
  }
  const proxied = Object.keys(headers).some((name) => PROXY_HEADER.test(name))
  if (proxied || !LOOPBACK.test(remoteAddress ?? '')) {
    throw forbidden('Without METRICS_TOKEN, metrics answer only requests from this machine')
  }
}
