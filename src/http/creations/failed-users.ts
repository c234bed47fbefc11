import type { FastifyInstance, onResponseHookHandler } from 'fastify'
import type { OperationId } from '../../generated/operations.ts'
import type { Log } from '../../lib/log.ts'
import type { Metrics } from '../../lib/metrics.ts'

/** The fields of a log line, of which the metric shows the first. */
interface Fields {
  readonly source: string
  readonly account_id: number | undefined
  readonly ms: number
  readonly status?: number
}

/** The operations that create users. */
const SOURCES: ReadonlyMap<OperationId | undefined, string> = new Map([
  ['createUser', 'single'],
  ['register', 'registration'],
  ['bulkCreateUsers', 'bulk'],
])

/**
 * Counts and logs users that were not created: one line for each problem code, never with what was
 * sent.
 */
export function noteFailedUsers(
  metrics: Metrics,
  log: Pick<Log, 'info'>,
  codes: readonly string[],
  fields: Fields,
): void {
  const counts = new Map<string, number>()
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
  for (const [code, count] of counts) {
    metrics.userFailures.inc({ source: fields.source, reason: code }, count)
    log.info({ code, count, ...fields }, 'user_creation_failed')
  }
}

/**
 * Counts and logs each request to create users that is answered with an error. A service would miss
 * what validation and access checks refuse before it.
 */
export function observeFailedUsers(app: FastifyInstance, metrics: Metrics): void {
  const observe =
    (source: string): onResponseHookHandler =>
    (request, reply, done) => {
      const code = request.problemCode
      if (code !== undefined && !request.wasRefused) {
        const { statusCode: status, elapsedTime } = reply
        const ms = Math.round(elapsedTime)
        const account_id = request.caller?.id
        noteFailedUsers(metrics, request.log, [code], { source, status, account_id, ms })
      }
      done()
    }
  app.addHook('onRoute', (route) => {
    const source = SOURCES.get(route.config?.operationId)
    if (source === undefined) return
    route.onResponse = [observe(source), ...[route.onResponse ?? []].flat()]
  })
}
