import { describe, expect, it, vi } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { accepted, look, newName, rows } from './imports.ts'
import { heldLoader, startRunner } from './runner.ts'

const cast = useCast()

const get = (id: number | string, token = cast.staff.token, headers = {}) =>
  cast.service.call('getImport', { params: { id }, token, headers })

describe('getImport', () => {
  it('shows the result', async () => {
    const { service, staff } = cast
    const name = newName()
    const file = '\ufeffId;Größe\r\n1;2,5\r\n2;3,5\r\n3\r\n4;n/a\r\n'
    const query = { name, decimal: ',' }
    const id = await accepted(service, staff.token, file, query)
    await startRunner(service).run(id)
    const { status, body } = await get(id)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id,
      kind: 'dataset',
      name,
      status: 'completed',
      dry_run: false,
      progress: 1,
      bytes_total: Buffer.byteLength(file),
      bytes_read: Buffer.byteLength(file),
      rows_read: 4,
      rows_loaded: 3,
      rows_rejected: 1,
      rows_skipped: 0,
      dialect: {
        encoding: 'utf-8',
        bom: true,
        delimiter: ';',
        header: true,
        line_end: 'crlf',
      },
      columns: [
        { name: 'id', source_name: 'Id', type: 'integer', nullable: false },
        { source_name: 'Größe', type: 'numeric', nullable: true },
      ],
      requested_by: staff.id,
    })
    expect(body).not.toHaveProperty('error')
    expect(body).not.toHaveProperty('eta_seconds')
    const times = [body.created_at, body.started_at, body.finished_at].map(Date.parse)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  it('shows the progress of a running import', async () => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, rows(100))
    const { loader, started, release } = heldLoader(async (job) => {
      job.count({ read: 40, loaded: 39, skipped: 0 })
      await vi.waitFor(
        async () => expect((await look(service, staff.token, id)).rows_read).toBe(40),
        { timeout: 10_000, interval: 50 },
      )
      throw new Error('enough')
    })
    const running = startRunner(service, { loaders: { dataset: loader } }).run(id)
    await vi.waitFor(() => expect(started).toEqual([id]), { timeout: 10_000 })
    expect(await look(service, staff.token, id)).toMatchObject({ status: 'running', progress: 0 })
    release()
    await expect(running).rejects.toThrow('enough')
  })

  it('answers 304 to an up-to-date ETag, until the import changes', async () => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, rows(10))
    const etag = String((await get(id)).headers['etag'])
    const known = await get(id, staff.token, { 'if-none-match': etag })
    expect([known.status, known.body]).toEqual([304, ''])
    await startRunner(service).run(id)
    const changed = await get(id, staff.token, { 'if-none-match': etag })
    expect([changed.status, changed.body.status]).toEqual([200, 'completed'])
    expect(changed.headers['etag']).not.toBe(etag)
  })

  it('shows somebody else’s to admins only', async () => {
    const { service, staff, admin } = cast
    const id = await accepted(service, staff.token, rows(10))
    const other = await service.createAccount('staff')
    expect((await get(id, other.token)).status).toBe(404)
    expect((await get(id, admin.token)).body).toEqual((await get(id)).body)
  })

  it('hides an import whose file is still uploading', async () => {
    const { service, staff, admin } = cast
    const [row] = await service.database.query<{ id: string }>(
      `INSERT INTO imports (user_id, kind, name, options) VALUES ($1, 'users', 'users', '{}')
       RETURNING id`,
      [staff.id],
    )
    expect((await get(Number(row?.id))).status).toBe(404)
    expect((await get(Number(row?.id), admin.token)).status).toBe(404)
  })

  it('refuses invalid ids, customers and callers without a token', async () => {
    expect((await get('x')).status).toBe(422)
    expect((await get(1, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('getImport', { params: { id: 1 } })).status).toBe(401)
  })
})
