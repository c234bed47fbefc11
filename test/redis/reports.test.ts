import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createCustomers } from '../setup/http/http-client.ts'
import { type Fleet, startFleet } from '../setup/servers/fleet.ts'

let fleet: Fleet

beforeAll(async () => {
  fleet = await startFleet()
  await fleet.startWorkers(2)
})
afterAll(() => fleet.close())

it('a report is built by a worker process and served by an API process', async () => {
  const { admin } = fleet
  const [id] = await createCustomers(admin, 1)
  await admin.request('PUT', `/v1/users/${id}`, { pincode: '560001' })
  const wanted = {
    type: 'user_groups',
    group_by: ['pincode'],
    format: 'csv',
    include_members: true,
  }
  const { status, body } = await admin.request('POST', '/v1/reports', wanted, {
    'idempotency-key': 'a report',
  })
  expect([status, body.status]).toEqual([202, 'queued'])
  const look = async () => {
    const report = await admin.request('GET', `/v1/reports/${body.id}`)
    expect(report.body.status).toBe('completed')
  }
  await vi.waitFor(look, { timeout: 15_000, interval: 25 })
  const file = await admin.request('GET', `/v1/reports/${body.id}/download`)
  expect([file.status, file.body]).toEqual([
    200,
    `pincode,user_count,user_id\r\n560001,1,${id}\r\n`,
  ])
})
