import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createHttpClient } from '../setup/http/http-client.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'

const LIMIT = 100

let fleet: Fleet
let urls: readonly string[]

beforeAll(async () => {
  fleet = await startFleet({ RATE_LIMIT_PER_MINUTE: String(LIMIT) })
  urls = await Promise.all([fleet.api.url(), fleet.startApi().url()])
})
afterAll(() => fleet.close())

const getMe = (url: string) => createHttpClient(url, fleet.admin.token).request('GET', '/v1/me')

describe('rate limits of several processes', () => {
  it('count together', async () => {
    const answers = await Promise.all(
      Array.from({ length: LIMIT }, (_, index) => getMe(urls[index % urls.length] as string)),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    for (const url of urls) {
      const { status, headers, body } = await getMe(url)
      expect([status, body.code]).toEqual([429, 'rate_limited'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
  })

  it('let requests through while Redis is away, and count again when it is back', async () => {
    await fleet.redis.kill()
    for (const url of urls) {
      await vi.waitFor(async () => expect((await getMe(url)).status).toBe(200), {
        timeout: 10_000,
      })
    }
    await fleet.redis.start()
    for (const url of urls) {
      await vi.waitFor(
        async () => {
          const { headers } = await getMe(url)
          expect(Number(headers.get('ratelimit-remaining'))).toBeLessThan(LIMIT - 1)
        },
        { timeout: 10_000 },
      )
    }
  })
})
