import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consumersOf } from '../../src/consumers.ts'
import { startTestService, type TestService } from '../setup/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService({ env: { AUDIT_RETENTION_DAYS: '40' } })
  const insert = (days: number) =>
    service.database.query(
      `INSERT INTO audit_entries (created_at, action, outcome, address)
       VALUES (now() - make_interval(days => $1::int), 'user.delete', 'succeeded', '\\x00')`,
      [days],
    )
  for (const days of [0, 29, 39, 41, 400]) await insert(days)
})
afterAll(() => service.close())

const ages = async () =>
  (
    await service.database.query<{ days: number }>(
      `SELECT extract(day FROM now() - created_at)::int AS days FROM audit_entries ORDER BY 1`,
    )
  ).map(({ days }) => days)

const CANNOT = 'audit entries cannot be changed'

describe('audit entries', () => {
  it.each([
    `UPDATE audit_entries SET outcome = 'refused'`,
    `UPDATE audit_entries SET address = '\\x01'`,
    'DELETE FROM audit_entries',
    'TRUNCATE audit_entries',
  ])('refuse %s', async (statement) => {
    await expect(service.database.query(statement)).rejects.toThrow(CANNOT)
    expect(await ages()).toHaveLength(5)
  })

  it('refuse more than another address where keys are rotated', async () => {
    const rotate = (set: string) =>
      service.database.query(
        `DO $$ BEGIN SET LOCAL passbook.key_rotation = 'on'; UPDATE audit_entries SET ${set}; END $$`,
      )
    await expect(rotate(`address = '\\x01', actor_id = 1`)).rejects.toThrow(CANNOT)
    await rotate(`address = '\\x01'`)
  })

  it('are deleted by the sweep once they are old enough', async () => {
    await consumersOf(service.services).sweepAudit({})
    expect(await ages()).toEqual([0, 29, 39])
    await service.database.query('SELECT delete_old_audit_entries(36, 10)')
    expect(await ages()).toEqual([0, 29])
  })

  it('of the last 30 days are kept against everybody', async () => {
    await expect(service.database.query('SELECT delete_old_audit_entries(20, 10)')).rejects.toThrow(
      CANNOT,
    )
  })
})
