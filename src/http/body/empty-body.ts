import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { hasBody } from './unread-body.ts'

/** What describes a body. */
const BODY_HEADERS = ['content-type', 'content-encoding', 'transfer-encoding'] as const

/** Whether a body is read that the operation does not have. Nobody reads the body of a GET or HEAD. */
function isUnwanted({ method, routeOptions: { schema, config } }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  return schema?.body === undefined && !config?.takesFile
}

/** Whether a body has no bytes. Puts back what it reads. */
async function isEmpty(body: Readable): Promise<boolean> {
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    body.unshift(chunk)
    return false
  }
  return true
}

/**
 * Takes an empty body for none where an operation has no body: proxies and SDKs frame one in chunks, or give it a
 * media type. JSON that is not empty is left to the validator. Install after the timeout of bodies and before their decompression.
 */
export function installEmptyBodies(app: FastifyInstance): void {
  app.addHook('preParsing', async (request, _reply, body) => {
    if (!isUnwanted(request)) return body
    const { headers } = request
    // Only the bytes of chunks tell whether there are any.
    const isChunked = headers['transfer-encoding'] !== undefined
    if (isChunked ? await isEmpty(body as Readable) : !hasBody(headers)) {
      for (const name of BODY_HEADERS) delete headers[name]
    }
    return body
  })
}
