import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { openSession, WAITING_FOR_LOCKS } from '../setup/session.ts'
import { insertManyPeople } from './people.ts'
import { askFor, finished } from './reports.ts'

const PEOPLE = 15_000
const REQUEST = { type: 'user_groups', group_by: ['company'] }

const cast = useCast({ worker: true })

beforeAll(async () => {
  await insertManyPeople(cast.service.database, PEOPLE)
})

const sweep = () => cast.service.services.reports.sweep()
const file = (id: number) =>
  cast.service.call('downloadReport', { params: { id }, token: cast.staff.token })

/** A report as a worker left it that died so many seconds ago; its job is gone. */
async function abandoned(fields: {
  readonly status: string
  readonly attempts: number
  readonly silent: number
}): Promise<number> {
  const session = await openSession(cast.service.database.url)
  await session.query('BEGIN')
  const [row] = await session.query(
    `INSERT INTO reports (user_id, group_by, format, include_members, status, attempts, progress,
       alive_at, started_at, created_at)
     VALUES ($1, '{company}', 'json', false, $2::"ReportStatus", $3::int, 0.25,
       CASE WHEN $3::int > 0 THEN now() - make_interval(secs => $4) END,
       CASE WHEN $3::int > 0 THEN now() - interval '40 seconds' END, now() - make_interval(secs => $4))
     RETURNING id`,
    [cast.staff.id, fields.status, fields.attempts, fields.silent],
  )
  const id = Number(row?.['id'])
  // A relay that saw it before it is marked would send it.
  await session.query(
    `UPDATE outbox SET enqueued_at = now(), attempts = 1
     WHERE type = 'report.requested' AND subject_id = $1`,
    [id],
  )
  await session.query('COMMIT')
  await session.close()
  await cast.service.database.query(
    `INSERT INTO report_chunks VALUES ($1, 0, 'stale'), ($1, 99, 'stale')`,
    [id],
  )
  return id
}

const stateOf = async (id: number) => {
  const [row] = await cast.service.database.query<{
    status: string
    attempts: number
    pieces: number
  }>(
    `SELECT status, attempts::int, (SELECT count(*)::int FROM report_chunks WHERE report_id = id) AS pieces
     FROM reports WHERE id = $1`,
    [id],
  )
  return row
}

const noJobs = () =>
  vi.waitFor(
    async () => {
      const jobs = await cast.service.database.query(
        `SELECT state FROM bullmq.job WHERE name = 'buildReport'`,
      )
      expect(jobs).toEqual([])
    },
    { timeout: 15_000, interval: 20 },
  )

describe('building a report', () => {
  it('moves its progress forward only, piece by piece', async () => {
    await cast.service.database.query(`
      CREATE TABLE seen (number serial, report_id bigint, progress real);
      CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO seen (report_id, progress) VALUES (NEW.id, NEW.progress); RETURN NEW; END $$;
      CREATE TRIGGER see AFTER UPDATE ON reports FOR EACH ROW EXECUTE FUNCTION see()`)
    const id = await askFor(cast.service, cast.staff.token, REQUEST)
    await finished(cast.service, cast.staff.token, id)
    const seen = await cast.service.database.query<{ progress: number }>(
      'SELECT progress FROM seen WHERE report_id = $1 ORDER BY number',
      [id],
    )
    const progress = seen.map((row) => row.progress)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(progress[0]).toBe(0)
    expect(progress.at(-1)).toBe(1)
    expect(progress.filter((value) => value > 0 && value < 1).length).toBeGreaterThan(0)
  })

  it('completes once what a worker left half way', async () => {
    const id = await abandoned({ status: 'running', attempts: 1, silent: 60 })
    await Promise.all([sweep(), sweep()])
    const report = await finished(cast.service, cast.staff.token, id)
    expect(report).toMatchObject({ status: 'completed', group_count: PEOPLE, progress: 1 })
    expect((await file(id)).body.groups).toHaveLength(PEOPLE)
    await noJobs()
    expect(await stateOf(id)).toMatchObject({ status: 'completed', attempts: 2 })
  })

  it('finds a queued one whose job got lost', async () => {
    const id = await abandoned({ status: 'queued', attempts: 0, silent: 60 })
    await sweep()
    expect((await finished(cast.service, cast.staff.token, id)).status).toBe('completed')
    expect((await file(id)).body.groups).toHaveLength(PEOPLE)
  })

  it('leaves alone what somebody builds', async () => {
    const id = await abandoned({ status: 'running', attempts: 1, silent: 5 })
    await sweep()
    await cast.service.services.reports.build(id)
    expect(await stateOf(id)).toEqual({ status: 'running', attempts: 1, pieces: 2 })
  })

  it('fails when its worker died twenty times', async () => {
    const id = await abandoned({ status: 'running', attempts: 20, silent: 60 })
    await sweep()
    const { body } = await cast.service.call('getReport', {
      params: { id },
      token: cast.staff.token,
    })
    expect(body).toMatchObject({ status: 'failed', error: { code: 'report_failed' } })
    expect(await stateOf(id)).toEqual({ status: 'failed', attempts: 20, pieces: 0 })
    expect((await file(id)).body.code).toBe('report_not_ready')
  })

  it('is deleted when it was kept long enough', async () => {
    const old = await askFor(cast.service, cast.staff.token, REQUEST)
    const recent = await askFor(cast.service, cast.staff.token, REQUEST)
    await finished(cast.service, cast.staff.token, old)
    await finished(cast.service, cast.staff.token, recent)
    await cast.service.database.query(
      `UPDATE reports SET created_at = now() - interval '24 hours 1 second' WHERE id = $1`,
      [old],
    )
    await sweep()
    expect(await stateOf(old)).toBeUndefined()
    expect(await stateOf(recent)).toMatchObject({ status: 'completed' })
  })
})

describe('building a report that cannot be built', () => {
  afterEach(() => cast.service.database.query('DROP TRIGGER refuse ON report_chunks'))

  it('is given up after three attempts', async () => {
    await cast.service.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON report_chunks
        FOR EACH ROW EXECUTE FUNCTION refuse()`)
    const id = await askFor(cast.service, cast.staff.token, REQUEST)
    const report = await finished(cast.service, cast.staff.token, id)
    expect(report).toMatchObject({ status: 'failed', error: { code: 'report_failed' } })
    expect(report).not.toHaveProperty('download_url')
    expect(JSON.stringify(report)).not.toContain('disk full')
    expect((await stateOf(id))?.attempts).toBe(3)
    await noJobs()
  })
})

describe('what is deleted while it is built', () => {
  /** Runs `act` while a report is in the middle of being built. */
  async function whileBuilding(token: string, act: (id: number) => Promise<unknown>) {
    const session = await openSession(cast.service.database.url)
    try {
      await session.query('BEGIN')
      await session.query('LOCK TABLE employments IN ACCESS EXCLUSIVE MODE')
      const id = await askFor(cast.service, token, REQUEST)
      await vi.waitFor(async () => {
        const [waiting] = await cast.service.database.query<{ count: number }>(WAITING_FOR_LOCKS)
        expect(waiting?.count).toBeGreaterThan(0)
      })
      await act(id)
      await session.query('COMMIT')
      return id
    } finally {
      await session.close()
    }
  }

  it('ends quietly when the report goes', async () => {
    const id = await whileBuilding(cast.staff.token, async (id) => {
      const params = { id }
      const { body } = await cast.service.call('getReport', { params, token: cast.staff.token })
      expect(body.status).toBe('running')
      expect(
        (await cast.service.call('deleteReport', { params, token: cast.staff.token })).status,
      ).toBe(204)
    })
    await noJobs()
    expect(await cast.service.services.queue.failed(10)).toEqual([])
    expect(await stateOf(id)).toBeUndefined()
  })

  it('ends quietly when its user goes', async () => {
    const leaver = await cast.service.createAccount('staff')
    const id = await whileBuilding(leaver.token, () =>
      // Deleting waits for the table's lock where it has employments to look for.
      cast.service.database.query('DELETE FROM reports WHERE user_id = $1', [leaver.id]),
    )
    await cast.service.database.query('DELETE FROM users WHERE id = $1', [leaver.id])
    await noJobs()
    expect(await cast.service.services.queue.failed(10)).toEqual([])
    expect(await stateOf(id)).toBeUndefined()
  })
})
