import { readDocument } from '../../../openapi/generate/document.ts'
import type { JsonObject } from '../../../openapi/generate/json.ts'
import type { OperationId, operations } from '../../../src/generated/operations.ts'
import { type FindCaller, installTokens } from '../../../src/http/auth.ts'
import type { Handle } from '../../../src/http/handlers.ts'
import { createRouter } from '../../../src/http/router.ts'
import { createHttp } from '../../../src/http/server.ts'
import type { TestService } from '../service.ts'
import { operationsOf } from './operations-of.ts'

const ENTRY = new URL('../../../openapi/openapi.yaml', import.meta.url).pathname

// biome-ignore lint/suspicious/noExplicitAny: a test changes any part of the document
type Changeable = any

let read: Promise<JsonObject> | undefined

/** The document as a test changes it. */
export async function changedDocument(change: (document: Changeable) => void): Promise<JsonObject> {
  read ??= readDocument(ENTRY)
  const document = structuredClone(await read)
  change(document)
  return document
}

/** The constant of an operation, typed as that of a shipped one. */
type OperationOf = <Like extends OperationId>(id: string, like?: Like) => (typeof operations)[Like]

/** An API of a document's operations, with the accounts of a service. Closes with `app.close()`. */
export async function createOwnApi(
  { services }: TestService,
  document: JsonObject,
  addRoutes: (handle: Handle, operationOf: OperationOf) => void,
) {
  const { config, log, metrics, sessions, conventions } = services
  const app = await createHttp({ log, metrics })
  await installTokens(app, config.jwtSecret, config.ACCESS_TOKEN_SECONDS)
  const findCaller: FindCaller = async (credential) =>
    credential.kind === 'key'
      ? undefined
      : await sessions.findCaller(credential.userId, credential.sessionId)
  const { handle } = createRouter(app, findCaller, conventions)
  const own = operationsOf(document)
  addRoutes(handle, (id) => own[id] as never)
  await app.ready()
  return app
}
