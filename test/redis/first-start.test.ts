import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { queryOnce } from '../setup/figures.ts'
import { logIn } from '../setup/http/http-client.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'
import { startProcess } from '../setup/servers/processes.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.close())

describe('processes that start together on an empty database', () => {
  it('migrate it once, make one admin, and all serve', async () => {
    const { database, environment, startApi } = fleet
    const url = new URL(database.url)
    url.pathname = `${url.pathname}_empty`
    await database.query(`CREATE DATABASE ${url.pathname.slice(1)}`)
    const worker = startProcess('worker', { ...environment, DATABASE_URL: url.href })
    const apis = Array.from({ length: 5 }, () => startApi({ DATABASE_URL: url.href }))
    await worker.seen(/the worker is ready/)
    const urls = await Promise.all(apis.map((api) => api.url()))
    const [made] = await queryOnce<{ ids: number[] }>(
      url.href,
      `SELECT array_agg(id::int) AS ids FROM users WHERE role = 'admin'`,
    )
    // Those who lost may have used up numbers.
    const ids = made?.ids ?? []
    expect(ids).toHaveLength(1)
    for (const url of urls) {
      const admin = await logIn(url, environment.ADMIN_USERNAME, environment.ADMIN_PASSWORD)
      expect((await admin.request('GET', '/v1/me')).body).toMatchObject({
        id: ids[0],
        role: 'admin',
      })
    }
    const [applied] = await queryOnce<{ total: number; names: number }>(
      url.href,
      `SELECT count(*)::int AS total, count(DISTINCT migration_name)::int AS names
       FROM _prisma_migrations WHERE finished_at IS NOT NULL`,
    )
    expect(applied?.names).toBeGreaterThan(0)
    expect(applied?.total).toBe(applied?.names)
    const exits = await Promise.all([worker, ...apis].map((process) => process.end('SIGTERM')))
    for (const exit of exits) expect(exit).toMatchObject({ code: 0, signal: null })
    await database.query(`DROP DATABASE ${url.pathname.slice(1)} WITH (FORCE)`)
  }, 90_000)
})
