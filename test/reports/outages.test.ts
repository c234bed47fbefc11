import { afterEach, describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'

const cast = useCast()

afterEach(() =>
  cast.service.database.query('DROP FUNCTION IF EXISTS too_many_connections() CASCADE'),
)

const queued = async () => {
  const [row] = await cast.service.database.query<{ id: string }>(
    `INSERT INTO reports (user_id, group_by, format, include_members, status)
     VALUES ($1, '{company}', 'json', false, 'queued') RETURNING id`,
    [cast.staff.id],
  )
  return Number(row?.id)
}

const look = async (id: number) =>
  (await cast.service.call('getReport', { params: { id }, token: cast.staff.token })).body

describe('a report whose database is away now and then', () => {
  it('is built once it is back, however often it was tried', async () => {
    await cast.service.database.query(`
      CREATE FUNCTION too_many_connections() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'sorry' USING ERRCODE = '53300'; END $$;
      CREATE TRIGGER away BEFORE INSERT ON report_chunks
        FOR EACH ROW EXECUTE FUNCTION too_many_connections()`)
    const id = await queued()
    const build = () => cast.service.services.reports.build(id)
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await expect(build()).rejects.toThrow()
      expect((await look(id)).status).toBe('queued')
    }
    await cast.service.database.query('DROP TRIGGER away ON report_chunks')
    await build()
    expect((await look(id)).status).toBe('completed')
  })
})
