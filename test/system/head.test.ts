import { describe, expect, it } from 'vitest'
import { allOperations, type OperationAccess } from '../access/operations.ts'
import { sampleRequest } from '../access/requests.ts'
import { createPerson } from '../access/scene.ts'
import { useCast } from '../setup/cast.ts'
import { ENDLESS } from '../setup/http/endless.ts'

const cast = useCast()
const reads = allOperations.filter(({ method }) => method === 'GET')

/** How many requests each operation has been counted for. */
async function counted(): Promise<ReadonlyMap<unknown, number>> {
  const { values } = await cast.service.services.metrics.requests.get()
  const counts = new Map<unknown, number>()
  for (const { metricName, labels, value } of values) {
    if (!metricName?.endsWith('_count')) continue
    counts.set(labels.operation, (counts.get(labels.operation) ?? 0) + value)
  }
  return counts
}

/** Asks for an operation by another method. */
async function ask(operation: OperationAccess, method: 'GET' | 'HEAD') {
  const { service } = cast
  const role = operation.roles.includes('user') ? 'user' : (operation.roles[0] ?? 'user')
  const owner = await createPerson(service, role)
  const { params, query } = await sampleRequest(operation, { service, owner })
  const path = operation.url.replace(/:(\w+)/g, (_, name: string) => String(params[name]))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat()) search.append(name, item)
  }
  const headers = { authorization: `Bearer ${owner.token}` }
  const request = { method, url: `${path}?${search}`, headers }
  if (method === 'HEAD' || !ENDLESS.has(operation.operationId)) {
    return await service.app.inject(request)
  }
  const begun = await service.app.inject({ ...request, payloadAsStream: true })
  begun.stream().destroy()
  return begun
}

describe('HEAD', () => {
  it.each(reads)(
    'is answered as $operationId, and counted as it, without its body',
    async (read) => {
      const get = await ask(read, 'GET')
      const before = (await counted()).get(read.operationId) ?? 0
      const head = await ask(read, 'HEAD')
      expect([head.statusCode, head.body]).toEqual([get.statusCode, ''])
      expect(head.headers['content-type']).toBe(get.headers['content-type'])
      expect((await counted()).get(read.operationId)).toBe(before + 1)
    },
  )
})
