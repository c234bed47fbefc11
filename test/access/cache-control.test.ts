import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestService, type TestService } from '../setup/service.ts'
import { allOperations } from './operations.ts'
import { sampleRequest } from './requests.ts'
import { createPerson } from './scene.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
  // Somebody who can administer stays, whoever is deleted.
  await service.createAccount('admin')
})
afterAll(() => service.close())

const authenticated = allOperations.filter((operation) => !operation.public)

describe.each(authenticated)('$operationId', (operation) => {
  it('keeps its answers and its errors out of shared caches', async () => {
    const { operationId, roles, successStatus } = operation
    const owner = await createPerson(
      service,
      roles.includes('user') ? 'user' : (roles[0] ?? 'user'),
    )
    const { params, query, body } = await sampleRequest(operation, { service, owner })
    const request = { params, query, ...(body !== undefined && { body }) }
    const refused = await service.call(operationId, request)
    const answered = await service.call(operationId, { ...request, token: owner.token })
    expect([refused.status, answered.status]).toEqual([401, successStatus])
    for (const { headers } of [refused, answered]) {
      expect(headers['cache-control']).toMatch(/^(private, no-cache|no-store)$/)
    }
  })
})
