import { describe, expect, it, vi } from 'vitest'
import { jobsOf } from '../../src/events/jobs-of-rows.ts'
import { releaseOutbox, releaseRequests } from '../../src/events/outbox.ts'
import { accepted, rows } from '../imports/imports.ts'
import { heldLoader, startRunner } from '../imports/runner.ts'
import { askFor, BY_BANK } from '../reports/reports.ts'
import { useCast } from '../setup/cast.ts'

/** Without a worker: requests wait. */
const cast = useCast()

interface Row extends Record<string, unknown> {
  readonly type: string
  readonly sent: boolean
}

const rowsOf = (subject: number, type: 'report.requested' | 'import.requested') =>
  cast.service.database.query<Row>(
    `SELECT type, enqueued_at IS NOT NULL AS sent FROM outbox WHERE subject_id = $1 AND type = $2`,
    [subject, type],
  )
const ofReport = (id: number) => rowsOf(id, 'report.requested')
const ofImport = (id: number) => rowsOf(id, 'import.requested')
const report = () => askFor(cast.service, cast.staff.token, BY_BANK)
const sendFile = (size: number) => accepted(cast.service, cast.staff.token, rows(size))
/** The claim of the relay that the request's nudge started. */
const whenSent = (subject: number) =>
  vi.waitFor(async () => expect(await ofReport(subject)).toMatchObject([{ sent: true }]))

describe('the outbox row of a report', () => {
  it('lives until the report is built', async () => {
    const id = await report()
    expect(await ofReport(id)).toMatchObject([{ type: 'report.requested' }])
    await whenSent(id)
    await cast.service.services.reports.build(id)
    expect(await ofReport(id)).toEqual([])
  })

  it('is deleted with the report', async () => {
    const id = await report()
    const params = { id }
    await cast.service.call('deleteReport', { params, token: cast.staff.token })
    expect(await ofReport(id)).toEqual([])
  })

  it('is deleted when the report fails for good', async () => {
    const id = await report()
    await cast.service.database.query(
      `UPDATE reports SET status = 'running', attempts = 20, alive_at = now() - interval '1 minute'
       WHERE id = $1`,
      [id],
    )
    await cast.service.services.reports.sweep()
    expect(await ofReport(id)).toEqual([])
  })

  it('is enqueued again when the worker sends no heartbeat', async () => {
    const [silent, building] = [await report(), await report()]
    for (const id of [silent, building]) await whenSent(id)
    await cast.service.database.query(
      `UPDATE reports SET status = 'running', attempts = 1,
         alive_at = now() - make_interval(secs => CASE id WHEN $1 THEN 31 ELSE 5 END)
       WHERE id IN ($1, $2)`,
      [silent, building],
    )
    const { database } = cast.service.services
    const user = { userId: BigInt(cast.staff.id) }
    expect(
      await releaseRequests(database, 'import.requested', [{ ...user, id: BigInt(silent) }]),
    ).toBe(0)
    const sent = vi.spyOn(cast.service.services.queue, 'add')
    await cast.service.services.reports.sweep()
    await vi.waitFor(() => expect(sent).toHaveBeenCalled())
    const jobs = sent.mock.calls.flat(2)
    expect(jobs).toEqual([
      { consumer: 'buildReport', payload: expect.objectContaining({ id: silent }) },
    ])
    sent.mockRestore()
  })
})

describe('the outbox row of an import', () => {
  it('lives until the file is loaded', async () => {
    const id = await sendFile(10)
    expect(await ofImport(id)).toMatchObject([{ type: 'import.requested' }])
    const { loader, started, release } = heldLoader()
    const running = startRunner(cast.service, { loaders: { dataset: loader } }).run(id)
    await vi.waitFor(() => expect(started).toEqual([id]), { timeout: 10_000 })
    expect(await ofImport(id)).toHaveLength(1)
    release()
    await running
    expect(await ofImport(id)).toEqual([])
  })

  it.each([
    ['is cancelled', rows(11)],
    ['fails', 'no,rows\n"'],
  ])('is deleted when the import %s', async (what, file) => {
    const id = await accepted(cast.service, cast.staff.token, file)
    if (what === 'fails') await startRunner(cast.service).run(id)
    else await cast.service.call('deleteImport', { params: { id }, token: cast.staff.token })
    expect(await ofImport(id)).toEqual([])
  })

  it('is not written before the file has arrived, nor for a file that a command reads', async () => {
    const statuses = await cast.service.database.query<{ id: string }>(
      `INSERT INTO imports (user_id, kind, name, options, has_upload)
       VALUES ($1, 'dataset', 'a', '{}', true), ($1, 'dataset', 'b', '{}', false) RETURNING id`,
      [cast.staff.id],
    )
    const [uploaded, onDisk] = statuses.map(({ id }) => Number(id)) as [number, number]
    expect(await ofImport(uploaded)).toEqual([])
    await cast.service.database.query(`UPDATE imports SET status = 'queued' WHERE id IN ($1, $2)`, [
      uploaded,
      onDisk,
    ])
    expect(await ofImport(uploaded)).toHaveLength(1)
    expect(await ofImport(onDisk)).toEqual([])
  })
})

describe('requests of one account', () => {
  it('wait neither for each other nor for changes of the account’s transactions', async () => {
    const { service, staff } = cast
    await service.database.query('UPDATE outbox SET enqueued_at = now(), attempts = 1')
    await service.database.query(
      `INSERT INTO outbox (user_id, type, day, enqueued_at, attempts)
       VALUES ($1, 'transaction.created', '2026-01-01', now(), 1)`,
      [staff.id],
    )
    await service.database.query(
      `INSERT INTO outbox (user_id, type, subject_id, day)
       VALUES ($1, 'import.requested', 901, NULL), ($1, 'report.requested', 902, NULL),
         ($1, 'transaction.updated', NULL, '2026-01-02')`,
      [staff.id],
    )
    const claimed = await service.database.query<{ type: string }>(
      'SELECT type FROM claim_outbox(10)',
    )
    expect(claimed.map(({ type }) => type).sort()).toEqual(['import.requested', 'report.requested'])
    await service.database.query('DELETE FROM outbox')
  })

  it('do not delay figures', async () => {
    const { service, user } = cast
    await service.database.query(
      `INSERT INTO outbox (user_id, type, subject_id, created_at)
       VALUES ($1, 'report.requested', 903, now() - interval '10 minutes')`,
      [user.id],
    )
    const { body } = await service.call('getUserAnalytics', {
      params: { id: user.id },
      token: user.token,
    })
    expect(body.is_current).toBe(true)
    const ready = await service.call('getReadiness')
    expect(ready.body.figures).toMatchObject({ oldest_change_seconds: 0 })
    await service.services.analytics.recompute([user.id])
    expect(await ofReport(903)).toHaveLength(1)
    await service.database.query('DELETE FROM outbox')
  })

  it('become jobs with the id of their request', async () => {
    await releaseOutbox(cast.service.services.database)
    const row = { id: '1', user_id: '2', subject_id: '3', request_id: 'r' }
    expect(jobsOf([{ ...row, type: 'report.requested' }])).toEqual([
      { consumer: 'buildReport', payload: { id: 3, request_id: 'r' } },
    ])
    expect(jobsOf([{ ...row, type: 'import.requested', request_id: null }])).toEqual([
      { consumer: 'runImport', payload: { id: 3 } },
    ])
  })
})
