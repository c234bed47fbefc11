import { operations } from '../../generated/operations.ts'
import { concernsOf } from '../../http/audit/concerned-users.ts'
import type { Handle } from '../../http/handlers.ts'
import { sendPage } from '../../http/paging.ts'
import type { ApiKeyService } from './api-keys.service.ts'
import { apiKeyView } from './api-keys.view.ts'

export function apiKeyRoutes(handle: Handle, apiKeys: ApiKeyService): void {
  handle(operations.createApiKey, async ({ caller, body, reply }) => {
    const { record, key } = await apiKeys.create(caller, body)
    reply.header('location', `/v1/api-keys/${record.id}`)
    reply.header('cache-control', 'no-store')
    return { ...apiKeyView(record), key }
  })

  handle(operations.listApiKeys, async ({ query, request, reply }) => {
    const page = await apiKeys.list(query)
    return sendPage(request, reply, query, { ...page, items: page.items.map(apiKeyView) })
  })

  handle(operations.getApiKey, async ({ params }) => apiKeyView(await apiKeys.get(params.id)))

  handle(operations.deleteApiKey, async ({ params, request }) => {
    await apiKeys.remove(params.id, concernsOf(request))
    return null
  })
}
