import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { loadDataset } from '../../src/features/imports/kinds/dataset/dataset-kind.ts'
import type { Loader } from '../../src/features/imports/kinds/loader.ts'
import { useCast } from '../setup/cast.ts'
import { accepted, finished, look, newName, pieces, rows } from './imports.ts'
import { heldLoader, startRunner } from './runner.ts'

const cast = useCast()

const remove = (id: number | string, token = cast.staff.token, headers = {}) =>
  cast.service.call('deleteImport', { params: { id }, token, headers })

/** Tables of datasets, registered or not. */
const tables = () =>
  cast.service.database.query(`SELECT relname FROM pg_class WHERE relkind = 'r'
    AND relnamespace = 'datasets'::regnamespace`)

const expectGone = async (id: number) => {
  expect(await pieces(cast.service, id, 'upload')).toBe(0)
  expect(await pieces(cast.service, id, 'rejects')).toBe(0)
}

/** Loads an import with a loader that waits until the test releases it. */
async function held(file: string, query = {}, load: Loader = loadDataset) {
  const id = await accepted(cast.service, cast.staff.token, file, query)
  const { loader, started, release } = heldLoader(load)
  const running = startRunner(cast.service, { loaders: { dataset: loader } }).run(id)
  await vi.waitFor(() => expect(started).toEqual([id]), { timeout: 10_000 })
  return { id, running, release }
}

describe('deleteImport', () => {
  it('cancels a queued import: its file is deleted at once, and nothing is loaded', async () => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, rows(10))
    expect((await remove(id)).status).toBe(204)
    await expectGone(id)
    expect(await look(service, staff.token, id)).toMatchObject({
      status: 'cancelled',
      rows_loaded: 0,
      finished_at: expect.any(String),
    })
    await startRunner(service).run(id)
    expect((await look(service, staff.token, id)).status).toBe('cancelled')
    expect(await tables()).toEqual([])
  })

  it('deletes the record when called a second time', async () => {
    const id = await accepted(cast.service, cast.staff.token, rows(10))
    expect([(await remove(id)).status, (await remove(id)).status]).toEqual([204, 204])
    expect((await remove(id)).status).toBe(404)
    expect((await look(cast.service, cast.staff.token, id)).code).toBe('not_found')
  })

  it('stops a worker that is about to complete the import', async () => {
    const file = `${rows(200)}too,many,cells\n`
    const { id, running, release } = await held(file, {}, async (job) => {
      const result = await loadDataset(job)
      expect((await remove(id)).status).toBe(204)
      return result
    })
    release()
    await running
    expect(await look(cast.service, cast.staff.token, id)).toMatchObject({
      status: 'cancelled',
      rows_loaded: 0,
    })
    await expectGone(id)
    expect(await tables()).toEqual([])
  })

  it('stops a running worker within a second', async () => {
    let stoppedAt = 0
    const { id, running, release } = await held('a\n1\n', {}, async ({ signal }) => {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      stoppedAt = performance.now()
      signal.throwIfAborted()
      throw new Error('it goes on')
    })
    release()
    const since = performance.now()
    expect((await remove(id)).status).toBe(204)
    await running
    expect(stoppedAt - since).toBeLessThan(2_000)
    expect((await look(cast.service, cast.staff.token, id)).status).toBe('cancelled')
    await expectGone(id)
  })

  it('lets a worker end quietly when its import is deleted completely', async () => {
    const { id, running, release } = await held(`${rows(10)}x\n`)
    await remove(id)
    await remove(id)
    release()
    await running
    expect((await look(cast.service, cast.staff.token, id)).status).toBe(404)
    expect(await tables()).toEqual([])
  })

  it('deletes a finished import with its rejects and its log, and keeps its dataset', async () => {
    const { service, staff } = cast
    const name = newName()
    const id = await accepted(service, staff.token, `${rows(10)}too,many,cells\n`, { name })
    await startRunner(service).run(id)
    expect((await finished(service, staff.token, id)).status).toBe('completed')
    const log = join(service.dataDir, 'logs', `import-${id}.log`)
    expect([await pieces(service, id, 'rejects'), existsSync(log)]).toEqual([1, true])

    expect((await remove(id)).status).toBe(204)
    await expectGone(id)
    expect(existsSync(log)).toBe(false)
    expect((await look(service, staff.token, id)).status).toBe(404)
    const [dataset] = await service.database.query(
      'SELECT id, import_id, row_count FROM datasets WHERE name = $1',
      [name],
    )
    expect(dataset).toMatchObject({ import_id: null, row_count: '10' })
    expect(
      await service.database.query(`SELECT count(*)::int FROM datasets.d${dataset?.['id']}`),
    ).toEqual([{ count: 10 }])
  })

  it('deletes only what If-Match names', async () => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, rows(10))
    expect((await remove(id, staff.token, { 'if-match': '"other"' })).status).toBe(412)
    expect((await look(service, staff.token, id)).status).toBe('queued')
    const { headers } = await service.call('getImport', { params: { id }, token: staff.token })
    expect((await remove(id, staff.token, { 'if-match': String(headers['etag']) })).status).toBe(
      204,
    )
    expect((await look(service, staff.token, id)).status).toBe('cancelled')
  })

  it('allows only admins to delete somebody else’s', async () => {
    const { service, staff, admin } = cast
    const id = await accepted(service, staff.token, rows(10))
    const other = await service.createAccount('staff')
    expect((await remove(id, other.token)).status).toBe(404)
    expect((await look(service, staff.token, id)).status).toBe('queued')
    expect((await remove(id, admin.token)).status).toBe(204)
  })

  it('answers 404 for a file that is still uploading', async () => {
    const { service, staff } = cast
    const [row] = await service.database.query<{ id: string }>(
      `INSERT INTO imports (user_id, kind, name, options) VALUES ($1, 'users', 'users', '{}')
       RETURNING id`,
      [staff.id],
    )
    expect((await remove(Number(row?.id))).status).toBe(404)
  })

  it('refuses invalid ids, customers and callers without a token', async () => {
    expect((await remove('0')).status).toBe(422)
    expect((await remove(1, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('deleteImport', { params: { id: 1 } })).status).toBe(401)
  })
})
