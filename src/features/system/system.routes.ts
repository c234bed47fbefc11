import { operations } from '../../generated/operations.ts'
import type { SendConsole } from '../../http/console/console.ts'
import type { ApiDocument } from '../../http/document/api-document.ts'
import { createStaticText } from '../../http/document/static-text.ts'
import type { Handle } from '../../http/handlers.ts'
import { describeMetrics } from '../../lib/children/all-metrics.ts'
import type { Bus } from '../../lib/children/bus.ts'
import type { Metrics } from '../../lib/metrics.ts'
import { createReadiness, type HealthDeps } from './health.ts'
import { assertMetricsAccess } from './metrics-access.ts'
import { countQueues, type QueueDeps } from './queues.ts'

interface Deps extends HealthDeps {
  readonly metrics: Metrics
  readonly bus?: Bus | undefined
  readonly metricsToken: string | undefined
}

/** Health and metrics, which every process serves. */
export function healthRoutes(handle: Handle, deps: Deps): void {
  const checkReadiness = createReadiness(deps)
  handle(operations.getLiveness, () => ({ status: 'ok' as const }))

  handle(operations.getReadiness, async ({ reply }) => {
    const readiness = await checkReadiness()
    if (readiness.status === 'unavailable') reply.code(503)
    return readiness
  })

  handle(operations.getMetrics, async ({ request, reply }) => {
    assertMetricsAccess(deps.metricsToken, request.headers, request.socket.remoteAddress)
    reply.type(deps.metrics.registry.contentType)
    return await describeMetrics(deps.metrics, deps.bus)
  })
}

/** What waits to be done, for admins. */
export function queueRoutes(handle: Handle, deps: QueueDeps): void {
  handle(operations.getQueues, () => countQueues(deps))
}

/** The OpenAPI document, as JSON and as YAML. */
export function documentRoutes(handle: Handle, document: ApiDocument): void {
  const asJson = createStaticText(() => document.json)
  const asYaml = createStaticText(document.makeYaml)

  handle(
    operations.getOpenApiJson,
    ({ request, reply }) => asJson(request, reply, 'application/json; charset=utf-8') as never,
  )

  handle(
    operations.getOpenApiYaml,
    ({ request, reply }) => asYaml(request, reply, 'application/yaml; charset=utf-8') as never,
  )
}

const LINKS = {
  name: 'Passbook',
  api: '/v1',
  docs: '/docs',
  openapi: '/openapi.json',
  health: '/health/ready',
}

/** The first page: the console for a browser, links for a program. */
export function indexRoutes(handle: Handle, sendConsole: SendConsole): void {
  handle(operations.getIndex, ({ request, reply }) => {
    reply.header('vary', 'accept')
    return (sendConsole(request, reply) as never) ?? LINKS
  })
}
