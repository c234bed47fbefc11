import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

describe('getLiveness', () => {
  it('answers anybody that the process is alive', async () => {
    const { status, body } = await service.call('getLiveness')
    expect([status, body]).toEqual([200, { status: 'ok' }])
  })

  it('does not mind a token that is not valid', async () => {
    expect((await service.call('getLiveness', { token: 'nonsense' })).status).toBe(200)
  })

  it('refuses a query parameter', async () => {
    const { body } = await service.call('getLiveness', { query: { verbose: true } })
    expect(body.errors[0]).toMatchObject({
      in: 'query',
      path: 'verbose',
      code: 'unknown_parameter',
    })
  })
})
