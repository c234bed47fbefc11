import { asArray, asObject, type JsonObject } from '../generate/json.ts'
import { type Operation, resolve } from './operations.ts'
import type { Capture } from './variables.ts'

/** The states of something that the service is still at. */
const UNDER_WAY = ['queued', 'running']
const PAUSE_MS = 250

/** What a made-up token is answered with, where the right one comes by mail alone. */
const WITHOUT_MAIL: Readonly<Record<string, number>> = { confirmEmailVerification: 422 }

/** Whether an operation reads the state of something that takes its time. */
function isProgress(document: JsonObject, { method, answer }: Operation): boolean {
  const { status } = asObject(answer.properties, '')
  if (method !== 'GET' || status === undefined) return false
  const states = asArray(resolve(document, status).enum, '')
  return UNDER_WAY.every((state) => states.includes(state))
}

/** What a request does with its answer: check the status, keep what others need, ask again while it takes. */
export function testScript(
  document: JsonObject,
  operation: Operation,
  captures: readonly Capture[],
): readonly string[] {
  const { operationId, successStatus } = operation
  const status = WITHOUT_MAIL[operationId] ?? successStatus
  const lines = [
    `pm.test('${operationId} answers ${status}', () => pm.response.to.have.status(${status}))`,
  ]
  for (const { variable, expression } of captures) {
    const value = `pm.response.json()${expression}`
    const text = variable.endsWith('_ids') ? `JSON.stringify(${value})` : value
    lines.push(`pm.collectionVariables.set('${variable}', ${text})`)
  }
  const comesLater = captures.some((capture) => capture.comesLater)
  if (comesLater || isProgress(document, operation)) {
    const isUnderWay = comesLater
      ? 'pm.response.json().length === 0'
      : `${JSON.stringify(UNDER_WAY)}.includes(pm.response.json().status)`
    lines.push(
      `if (${isUnderWay}) {`,
      `  setTimeout(() => pm.execution.setNextRequest(pm.info.requestId), ${PAUSE_MS})`,
      '}',
    )
  }
  return lines
}
