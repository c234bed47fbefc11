import { expect, it, vi } from 'vitest'
import { asAdmin, settled, useHooks } from './hooks.ts'

const { cast, hook } = useHooks()

const attempts = async (result: string): Promise<number> => {
  const { body } = await cast.service.call('getMetrics')
  const line = new RegExp(`^passbook_webhook_deliveries_total{result="${result}"} (\\d+)$`, 'm')
  return Number(line.exec(body)?.[1] ?? 0)
}

it.each([
  ['delivered', 200],
  ['failed', 500],
] as const)('an attempt that is %s is counted', async (result, status) => {
  const before = await attempts(result)
  const { endpoint } = await hook(['report.completed'], (_, __, response) =>
    response.writeHead(status).end(),
  )
  await asAdmin(cast, 'pingWebhookEndpoint', { params: { id: endpoint.id } })
  await settled(cast, endpoint)
  await vi.waitFor(async () => expect(await attempts(result)).toBe(before + 1))
})
