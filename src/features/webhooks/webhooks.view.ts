import type { WebhookDelivery, WebhookEndpoint } from '../../generated/schemas.ts'
import type { DeliveryRecord } from './deliveries.service.ts'
import type { EndpointRecord } from './endpoints.ts'

/** An endpoint as the API shows it: never its secret. */
export const endpointView = (endpoint: EndpointRecord): WebhookEndpoint => ({
  id: Number(endpoint.id),
  url: endpoint.url,
  event_types: endpoint.eventTypes as WebhookEndpoint['event_types'],
  ...(endpoint.description !== null && { description: endpoint.description }),
  enabled: endpoint.disabledAt === null,
  ...(endpoint.disabledAt !== null && {
    disabled_at: endpoint.disabledAt.toISOString(),
    disabled_reason: endpoint.disabledReason as NonNullable<WebhookEndpoint['disabled_reason']>,
  }),
  ...(endpoint.failingSince !== null && { failing_since: endpoint.failingSince.toISOString() }),
  created_at: endpoint.createdAt.toISOString(),
  updated_at: endpoint.updatedAt.toISOString(),
})

type Attempt = WebhookDelivery['attempts'][number]

const attemptView = (tried: DeliveryRecord['tries'][number]): Attempt => ({
  started_at: tried.startedAt.toISOString(),
  duration_ms: tried.durationMs,
  ...(tried.status !== null && { status: tried.status }),
  ...(tried.error !== null && { error: tried.error as NonNullable<Attempt['error']> }),
  ...(tried.answer !== null && { answer: tried.answer }),
})

/** A delivery as the API shows it. */
export const deliveryView = (delivery: DeliveryRecord): WebhookDelivery => ({
  id: Number(delivery.id),
  endpoint_id: Number(delivery.endpointId),
  ...(delivery.eventId !== null && {
    event_id: Number(delivery.eventId),
    user_id: Number(delivery.userId),
  }),
  type: delivery.type,
  status: delivery.status as WebhookDelivery['status'],
  attempt_count: delivery.attempts,
  created_at: delivery.createdAt.toISOString(),
  ...(delivery.nextAttemptAt !== null && { next_attempt_at: delivery.nextAttemptAt.toISOString() }),
  ...(delivery.finishedAt !== null && { finished_at: delivery.finishedAt.toISOString() }),
  attempts: delivery.tries.map(attemptView),
})
