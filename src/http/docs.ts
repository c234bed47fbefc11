import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { ApiDocument } from './api-document.ts'

export const DOCS_PATH = '/docs'

/** Allows only what this server sends. Swagger UI needs inline styles. Also works without TLS. */
const CONTENT_SECURITY_POLICY = {
  'default-src': "'self'",
  'base-uri': "'self'",
  'frame-ancestors': "'self'",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'style-src': "'self' 'unsafe-inline'",
}

/** Serves Swagger UI for the bundled document. */
export async function installDocs(app: FastifyInstance, { value }: ApiDocument): Promise<void> {
  await app.register(swagger, { mode: 'static', specification: { document: value as never } })
  await app.register(swaggerUi, {
    routePrefix: DOCS_PATH,
    staticCSP: CONTENT_SECURITY_POLICY,
    theme: {
      title: 'Passbook',
      css: [{ filename: 'theme.css', content: '.swagger-ui .topbar { display: none }' }],
    },
    uiConfig: {
      // It would keep the password of *Authorize* in the browser's storage.
      persistAuthorization: false,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      // Shows the roles and scopes of each operation.
      showExtensions: true,
    },
  })
}
