import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import type { ApiDocument } from './api-document.ts'

/** Where Swagger UI is. */
export const DOCS_PATH = '/docs'

/** Serves Swagger UI on the document as it is kept. */
export async function installDocs(app: FastifyInstance, { value }: ApiDocument): Promise<void> {
  await app.register(swagger, { mode: 'static', specification: { document: value as never } })
  await app.register(swaggerUi, {
    routePrefix: DOCS_PATH,
    staticCSP: true,
    uiConfig: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
  })
}
