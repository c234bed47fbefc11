import type { LoadRequest } from './load.ts'

/** A request as it goes over a connection. */
export function requestBytes(
  { method, path, body = '' }: LoadRequest,
  { url, token }: { readonly url: string; readonly token: string },
): Buffer {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    `Authorization: Bearer ${token}`,
    ...(body === '' ? [] : ['Content-Type: application/json']),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}
