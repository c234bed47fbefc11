import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { StartupError } from '../../src/errors.ts'
import * as systemRoutes from '../../src/features/system/system.routes.ts'
import { operations } from '../../src/generated/operations.ts'
import { createRouter, refuseUndocumentedRoutes } from '../../src/http/router.ts'
import { createHttp } from '../../src/http/server.ts'
import { createLog } from '../../src/lib/log.ts'
import { createMetrics } from '../../src/lib/metrics.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

const http = () => createHttp({ log: createLog('silent'), metrics: createMetrics() })

describe('the API', () => {
  it('cannot be built if an operation has no handler', async () => {
    const forgotten = vi.spyOn(systemRoutes, 'documentRoutes').mockReturnValue(undefined)
    const building = buildApp(service.services)
    await expect(building).rejects.toThrow(StartupError)
    await expect(building).rejects.toThrow('without a handler: getOpenApiJson, getOpenApiYaml.')
    forgotten.mockRestore()
  })

  it('has a route for the path and method of every documented operation', () => {
    for (const { method, url } of Object.values(operations)) {
      expect(service.app.hasRoute({ method, url })).toBe(true)
    }
  })
})

describe('assertComplete', () => {
  it('names every operation without a handler', async () => {
    const app = await http()
    const { handle, assertComplete } = createRouter(
      app,
      async () => undefined,
      service.services.conventions,
    )
    handle(operations.getLiveness, () => ({ status: 'ok' as const }))
    const missing = Object.keys(operations).filter((id) => id !== 'getLiveness')
    expect(assertComplete).toThrow(missing.join(', '))
    await app.close()
  })
})

describe('refuseUndocumentedRoutes', () => {
  it('refuses undocumented routes, except allowed ones', async () => {
    const app = await http()
    refuseUndocumentedRoutes(app, (url) => url.startsWith('/docs'))
    app.get('/docs/page', () => 'allowed')
    expect(() => app.get('/v1/secret', () => 'forgotten')).toThrow(
      new StartupError('The route GET /v1/secret is not in the OpenAPI document.'),
    )
    await app.close()
  })
})
