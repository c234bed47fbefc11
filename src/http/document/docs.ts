import { readFile } from 'node:fs/promises'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { ApiDocument } from './api-document.ts'

export const DOCS_PATH = '/docs'

/** What runs in the browser, in this order; seen from src/http/document/ and from dist/http/document/. */
const SCRIPTS = [
  'install',
  'login',
  'find',
  'request-id',
  'event-streams',
  'resolve',
  'markdown',
] as const
const FOLDER = new URL('../../../src/http/swagger-ui/', import.meta.url)

/** Allows only what this server sends. Swagger UI needs inline styles. Also works without TLS. */
const CONTENT_SECURITY_POLICY = {
  'default-src': "'self'",
  'base-uri': "'self'",
  'frame-ancestors': "'self'",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'style-src': "'self' 'unsafe-inline'",
}

async function readPart(filename: string) {
  return { filename, content: await readFile(new URL(filename, FOLDER), 'utf8') }
}

/** Serves Swagger UI for the bundled document. */
export async function installDocs(app: FastifyInstance, { value }: ApiDocument): Promise<void> {
  await app.register(swagger, { mode: 'static', specification: { document: value as never } })
  await app.register(swaggerUi, {
    routePrefix: DOCS_PATH,
    staticCSP: CONTENT_SECURITY_POLICY,
    theme: {
      title: 'Passbook',
      css: [await readPart('theme.css')],
      js: await Promise.all(SCRIPTS.map((name) => readPart(`${name}.js`))),
    },
    uiConfig: {
      // It would keep the password of *Authorize* in the browser's storage: login.js does not.
      persistAuthorization: false,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      docExpansion: 'none',
      filter: true,
      // Shows the roles and scopes of each operation.
      showExtensions: true,
    },
  })
}
