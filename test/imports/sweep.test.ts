import { describe, expect, it, vi } from 'vitest'
import { LOAD_LOCK_CLASS } from '../../src/database/copy-in.ts'
import { useCast } from '../setup/cast.ts'
import { openSession } from '../setup/session.ts'
import { accepted, look, pieces, rows, statuses } from './imports.ts'
import { heldLoader, startRunner } from './runner.ts'

const cast = useCast({ env: { IMPORT_RETENTION_HOURS: '48' } })

const sent = (file = rows(20)) => accepted(cast.service, cast.staff.token, file)
const show = (id: number) => look(cast.service, cast.staff.token, id)
const sweep = () => startRunner(cast.service).sweep()
const set = (id: number, changes: string) =>
  cast.service.database.query(`UPDATE imports SET ${changes} WHERE id = $1`, [id])

/** A leftover chunk. */
const leavePiece = (id: number, part: string) =>
  cast.service.database.query(
    `INSERT INTO import_chunks VALUES ($1, $2::"ImportPart", 99, 'stale')`,
    [id, part],
  )

/** Whether a record exists, also one that the API hides. */
const isThere = async (id: number) =>
  (await cast.service.database.query('SELECT FROM imports WHERE id = $1', [id])).length > 0

describe('the sweep of imports', () => {
  it('loads imports that wait without a job', async () => {
    const ids = [await sent(), await sent(rows(21)), await sent(rows(22))]
    await sweep()
    expect((await Promise.all(ids.map(show))).map(({ status }) => status)).toEqual([
      'completed',
      'completed',
      'completed',
    ])
  })

  it('deletes an upload without a heartbeat, and keeps one that goes on', async () => {
    const [silent, going] = [await sent(), await sent(rows(21))]
    await set(silent, `status = 'uploading', alive_at = now() - interval '121 seconds'`)
    await set(going, `status = 'uploading', alive_at = now() - interval '30 seconds'`)
    await sweep()
    expect([await isThere(silent), await pieces(cast.service, silent)]).toEqual([false, 0])
    expect([await isThere(going), await pieces(cast.service, going)]).toEqual([true, 1])
  })

  it('restarts an import whose worker died', async () => {
    const id = await sent(`${rows(20)}x\n`)
    await set(id, `status = 'running', attempts = 1, rows_read = 7, started_at = now()`)
    await leavePiece(id, 'rejects')
    await sweep()
    expect(await show(id)).toMatchObject({
      status: 'completed',
      rows_read: 21,
      rows_loaded: 20,
      rows_rejected: 1,
    })
    expect(await pieces(cast.service, id, 'rejects')).toBe(1)
    const { body } = await cast.service.call('downloadRejects', {
      params: { id },
      token: cast.staff.token,
    })
    expect(body.split('\r\n')).toHaveLength(3)
  })

  it('leaves alone an import that is being loaded', async () => {
    const id = await sent()
    const { loader, started, release } = heldLoader()
    const running = startRunner(cast.service, { loaders: { dataset: loader } }).run(id)
    await vi.waitFor(() => expect(started).toEqual([id]), { timeout: 10_000 })
    await sweep()
    expect((await show(id)).status).toBe('running')
    release()
    await running
    expect((await show(id)).status).toBe('completed')
  })

  it('restarts an import when the connection that held its lock ends', async () => {
    const id = await sent()
    await set(id, `status = 'running', attempts = 1`)
    const session = await openSession(cast.service.database.url)
    await session.query('SELECT pg_advisory_lock($1, $2)', [LOAD_LOCK_CLASS, id])
    await sweep()
    expect((await show(id)).status).toBe('running')
    await session.close()
    await vi.waitFor(
      async () => {
        await sweep()
        expect((await show(id)).status).toBe('completed')
      },
      { timeout: 10_000 },
    )
  })

  it('reports that loading a file on a disk was interrupted', async () => {
    const id = await sent()
    await set(id, `status = 'running', attempts = 1, has_upload = false`)
    await sweep()
    expect(await show(id)).toMatchObject({
      status: 'failed',
      rows_loaded: 0,
      finished_at: expect.any(String),
      error: { code: 'interrupted', detail: expect.stringMatching(/nothing was loaded/) },
    })
  })

  it('does so after a while for one that ended before it started', async () => {
    const [silent, fresh] = [await sent(), await sent(rows(21))]
    await set(silent, `has_upload = false, alive_at = now() - interval '121 seconds'`)
    await set(fresh, `has_upload = false, alive_at = now() - interval '30 seconds'`)
    await sweep()
    expect(await show(silent)).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
    expect((await show(fresh)).status).toBe('queued')
  })

  it('gives up an import after many workers died', async () => {
    const id = await sent()
    await set(id, `status = 'running', attempts = 20`)
    await sweep()
    expect(await show(id)).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
  })

  it.each(['completed', 'failed', 'cancelled'])(
    'deletes the file of one that is %s',
    async (status) => {
      const id = await sent()
      await set(id, `status = '${status}', finished_at = now()`)
      await leavePiece(id, 'rejects')
      await sweep()
      expect(await pieces(cast.service, id, 'upload')).toBe(0)
      expect(await pieces(cast.service, id, 'rejects')).toBe(status === 'cancelled' ? 0 : 1)
    },
  )

  it('deletes expired rejects, and keeps the record', async () => {
    const [old, recent] = [await sent(`${rows(20)}x\n`), await sent(`${rows(21)}x\n`)]
    await sweep()
    await set(old, `finished_at = now() - interval '48 hours 1 second'`)
    await set(recent, `finished_at = now() - interval '47 hours'`)
    await sweep()
    expect(await pieces(cast.service, old, 'rejects')).toBe(0)
    expect(await pieces(cast.service, recent, 'rejects')).toBe(1)
    expect((await show(old)).rows_rejected).toBe(1)
  })
})

describe('an account that is deleted', () => {
  it('takes its imports along, and ends a running load quietly', async () => {
    const { service } = cast
    const leaver = await service.createAccount('staff')
    const id = await accepted(service, leaver.token, rows(30))
    const { loader, started, release } = heldLoader()
    const running = startRunner(service, { loaders: { dataset: loader } }).run(id)
    await vi.waitFor(() => expect(started).toEqual([id]), { timeout: 10_000 })
    await service.database.query('DELETE FROM users WHERE id = $1', [leaver.id])
    release()
    await running
    expect(await statuses(service, leaver.id)).toEqual([])
    expect(await pieces(service, id)).toBe(0)
  })
})
