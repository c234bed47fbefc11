import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Where scripts and styles of the console are served. */
export const CONSOLE_PATH = '/console'

const FOLDER = fileURLToPath(new URL('../../../console/dist/', import.meta.url))
const PAGE = `${FOLDER}index.html`

/** Only what this server sends, and no script or style in the page itself. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';')

/** Answers a request with the console, if it comes from a browser. */
export type SendConsole = (request: FastifyRequest, reply: FastifyReply) => Buffer | undefined

const isBrowser = ({ headers }: FastifyRequest): boolean =>
  headers.accept?.includes('text/html') === true

/**
 * Serves scripts and styles of the console, whose names change with their content.
 *
 * @returns what answers with its page; nothing where the console was not built, as in tests of the API
 */
export async function installConsole(app: FastifyInstance): Promise<SendConsole> {
  if (!existsSync(PAGE)) return () => undefined
  const page = readFileSync(PAGE)
  await app.register(fastifyStatic, {
    root: FOLDER,
    prefix: CONSOLE_PATH,
    decorateReply: false,
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: '1y',
  })
  return (request, reply) => {
    if (!isBrowser(request)) return undefined
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY)
    reply.header('cache-control', 'no-cache')
    reply.type('text/html; charset=utf-8')
    return page
  }
}
