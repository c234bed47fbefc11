import { operations } from '../../generated/operations.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { DeliveryService } from './deliveries.service.ts'
import type { EndpointService } from './endpoints.service.ts'
import { deliveryView, endpointView } from './webhooks.view.ts'

const pathOf = (id: number) => `/v1/webhook-endpoints/${id}`

export function webhookEndpointRoutes(handle: Handle, endpoints: EndpointService): void {
  handle(operations.createWebhookEndpoint, async ({ body, reply }) => {
    const { record, secret } = await endpoints.create(body)
    const view = endpointView(record)
    reply.header('location', pathOf(view.id))
    reply.header('cache-control', 'no-store')
    return { ...view, secret }
  })

  handle(operations.listWebhookEndpoints, async ({ query, request, reply }) => {
    const page = await endpoints.list(query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(endpointView) })
  })

  handle(operations.getWebhookEndpoint, async ({ params }) =>
    endpointView(await endpoints.get(params.id)),
  )

  handle(operations.updateWebhookEndpoint, async ({ params, body }) =>
    endpointView(await endpoints.update(params.id, body)),
  )

  handle(operations.deleteWebhookEndpoint, async ({ params }) => {
    await endpoints.remove(params.id)
    return null
  })

  handle(operations.rotateWebhookSecret, async ({ params, reply }) => {
    const { record, secret } = await endpoints.rotateSecret(params.id)
    reply.header('cache-control', 'no-store')
    return { ...endpointView(record), secret }
  })
}

export function webhookDeliveryRoutes(handle: Handle, deliveries: DeliveryService): void {
  handle(operations.pingWebhookEndpoint, async ({ caller, params, requestId, reply }) => {
    const view = deliveryView(await deliveries.ping(caller, params.id, requestId))
    reply.header('location', `${pathOf(params.id)}/deliveries/${view.id}`)
    return view
  })

  handle(operations.listWebhookDeliveries, async ({ params, query, request, reply }) => {
    const page = await deliveries.list(params.id, query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(deliveryView) })
  })

  handle(operations.getWebhookDelivery, async ({ params }) =>
    deliveryView(await deliveries.get(params.id, params.did)),
  )

  handle(operations.redeliverWebhook, async ({ params, reply }) => {
    const view = deliveryView(await deliveries.redeliver(params.id, params.did))
    reply.header('location', `${pathOf(params.id)}/deliveries/${view.id}`)
    return view
  })
}
