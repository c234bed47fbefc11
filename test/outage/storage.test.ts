import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let staff: Account

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
  // As PostgreSQL says it when it cannot extend the table's file.
  await service.database.query(
    `CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';
     END $$`,
  )
})
afterAll(() => service.close())

const createTask = (headers: Readonly<Record<string, string>> = {}) =>
  service.call('createTask', { token: staff.token, body: { title: 'Takes space' }, headers })

const readiness = async () => {
  const { status, body } = await service.call('getReadiness')
  return [status, body.status, body.storage.status]
}

describe('a disk that is full', () => {
  it('is 503 to writes, nothing to reads, and said in the log, in ready and in the metrics', async () => {
    const { log } = service.services
    const said = vi.spyOn(log, 'error')
    expect(await readiness()).toEqual([200, 'ok', 'ok'])
    await service.database.query(
      `CREATE TRIGGER no_space BEFORE INSERT ON tasks FOR EACH STATEMENT EXECUTE FUNCTION no_space()`,
    )
    for (const headers of [{}, { 'idempotency-key': 'takes-space' }]) {
      const answer = await createTask(headers)
      expect([answer.status, answer.body.code]).toEqual([503, 'storage_full'])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect((await service.call('listTasks', { token: staff.token })).status).toBe(200)
    const line = [expect.anything(), 'the disk is full: nothing can be stored']
    expect(said.mock.calls.filter(([, text]) => text === line[1])).toHaveLength(1)

    const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_000)
    expect(await readiness()).toEqual([200, 'degraded', 'unavailable'])
    now.mockReturnValue(performance.now() + 60_000)
    expect(await readiness()).toEqual([200, 'ok', 'ok'])
    now.mockRestore()
    const { body: metrics } = await service.call('getMetrics')
    expect(metrics).toMatch(/^passbook_storage_full_total 2$/m)

    await service.database.query('DROP TRIGGER no_space ON tasks')
    expect((await createTask()).status).toBe(201)
  })
})
