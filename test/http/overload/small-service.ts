import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import type { Limits } from '../../../src/app.ts'
import { openBlocker } from '../../setup/figures.ts'
import { createHttpClient, type HttpClient } from '../../setup/http/http-client.ts'
import { waitForLock } from '../../setup/lock.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'

/** How many requests may be under way. */
export const BOUND = 2

/** A service that two requests and one upload keep busy. */
export function useSmallService(limits: Limits = {}) {
  let service: TestService
  let staff: Account
  let client: HttpClient
  let port: number

  beforeAll(async () => {
    const env = { MAX_REQUESTS_UNDER_WAY: String(BOUND), MAX_STREAMS_UNDER_WAY: '1' }
    service = await startTestService({ env, limits })
    staff = await service.createAccount('staff')
    const url = await service.app.listen({ port: 0, host: '127.0.0.1' })
    port = (service.app.server.address() as AddressInfo).port
    client = createHttpClient(url, staff.token)
  })
  afterAll(() => service.close())

  /** The value of a metric for one label. */
  async function metric(name: string, label: string): Promise<number> {
    const { body } = await client.request('GET', '/metrics')
    const line = body.split('\n').find((text: string) => text.startsWith(`${name}{${label}}`))
    return Number(line?.split(' ')[1] ?? 0)
  }
  const underWay = (kind: string) => metric('passbook_requests_under_way', `kind="${kind}"`)

  return {
    get service() {
      return service
    },
    get client() {
      return client
    },
    get port() {
      return port
    },
    authorization: () => ({ authorization: `Bearer ${staff.token}` }),
    metric,
    underWay,
    isUnderWay: (kind: string, count: number) =>
      vi.waitFor(async () => expect(await underWay(kind)).toBe(count), {
        timeout: 10_000,
        interval: 10,
      }),

    /** Uses up all permits by requests that wait in the database until released. */
    async fill() {
      const blocker = await openBlocker(service.database.url, 'tasks')
      const answers = Array.from({ length: BOUND }, () =>
        client.request('POST', '/v1/tasks', { title: 'Waits' }),
      )
      await waitForLock(service, BOUND)
      return {
        /** Lets them continue, and returns their statuses. */
        async release(): Promise<number[]> {
          await blocker.release()
          return (await Promise.all(answers)).map(({ status }) => status)
        },
      }
    },
  }
}
