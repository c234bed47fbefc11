import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { accepted, formOf, newName, pieces, rows, send, statuses } from './imports.ts'

/** Without a worker: imports stay queued. */
const cast = useCast()

const FILE = 'id,amount\n1,2.50\n2,7.00\n'
const sha256 = (file: string | Buffer) => createHash('sha256').update(file).digest('hex')

const stored = async (id: number) =>
  (
    await cast.service.database.query<{ compressed: boolean; bytes: number; content: Buffer }>(
      `SELECT compressed, bytes_total::int AS bytes, content
       FROM imports JOIN import_chunks ON import_id = id WHERE id = $1`,
      [id],
    )
  )[0]

const requests = (requestId: string) =>
  cast.service.database.query(
    `SELECT user_id::int, subject_id::int FROM outbox
     WHERE type = 'import.requested' AND request_id = $1`,
    [requestId],
  )

describe('createImport', () => {
  it('answers 202 with the import and its location, and has a worker load it', async () => {
    const { service, staff } = cast
    const headers = { 'x-request-id': 'the-import' }
    const answer = await send(service, staff.token, FILE, { name: 'orders-2026' }, headers)
    const { id, created_at } = answer.body
    expect([answer.status, answer.headers['location']]).toEqual([202, `/v1/imports/${id}`])
    expect(answer.body).toEqual({
      id: expect.any(Number),
      kind: 'dataset',
      name: 'orders-2026',
      status: 'queued',
      dry_run: false,
      sha256: sha256(FILE),
      bytes_total: FILE.length,
      bytes_read: 0,
      rows_read: 0,
      rows_loaded: 0,
      rows_rejected: 0,
      rows_skipped: 0,
      progress: 0,
      dialect: null,
      columns: [],
      ambiguous: [],
      requested_by: staff.id,
      created_at,
    })
    const read = await service.call('getImport', { params: { id }, token: staff.token })
    expect(read.body).toEqual(answer.body)
    expect(await requests('the-import')).toEqual([{ user_id: staff.id, subject_id: id }])
  })

  it('stores the file encrypted, in chunks', async () => {
    const { service, staff } = cast
    const file = rows(40_000)
    const id = await accepted(service, staff.token, file)
    expect(await pieces(service, id)).toBe(Math.ceil(file.length / (256 * 1024)))
    const { content } = (await stored(id)) ?? {}
    expect(content?.length).toBeGreaterThan(1000)
    expect(content?.includes('amount')).toBe(false)
  })

  it.each([
    ['by its header', { 'content-encoding': 'gzip' }],
    ['by its first bytes', {}],
  ])('stores a gzip file, recognized %s, as it was sent', async (_, headers) => {
    const file = gzipSync(FILE)
    const { status, body } = await send(cast.service, cast.staff.token, file, {}, headers)
    expect([status, body.sha256, body.bytes_total]).toEqual([202, sha256(file), file.length])
    expect(await stored(body.id)).toMatchObject({ compressed: true, bytes: file.length })
  })

  it('stores a file that is not gzip unchanged, also with the encoding identity', async () => {
    const headers = { 'content-encoding': 'identity' }
    const id = await accepted(cast.service, cast.staff.token, FILE, {}, headers)
    expect(await stored(id)).toMatchObject({ compressed: false, bytes: FILE.length })
  })

  it('takes rows of users and transactions with or without a name for the import', async () => {
    const { service, staff } = cast
    for (const kind of ['users', 'transactions']) {
      const file = `${kind}\n1\n`
      expect((await send(service, staff.token, file, { kind })).body.name).toBe(kind)
      const { body } = await send(service, staff.token, file, { kind, name: 'march' })
      expect([body.kind, body.name]).toEqual([kind, 'march'])
    }
  })

  it('is for staff and admins', async () => {
    const { service, user, admin } = cast
    await accepted(service, admin.token, FILE)
    expect((await send(service, user.token, FILE)).status).toBe(403)
    const query = { kind: 'dataset', name: newName() }
    expect((await service.call('createImport', { query, body: FILE })).status).toBe(401)
    expect(await statuses(service, user.id)).toEqual([])
  })
})

describe('createImport of a form', () => {
  const post = async (parts: Parameters<typeof formOf>[0], query = {}) => {
    const { body, headers } = await formOf(parts)
    return await cast.service.call('createImport', {
      token: cast.staff.token,
      body,
      headers,
      query: { kind: 'dataset', ...query },
    })
  }

  it.each([
    ['orders.csv', 'orders'],
    ['March orders (2).csv.gz', 'March_orders_2_'],
    ['../../.hidden.tsv', 'hidden'],
    [`${'x'.repeat(100)}.csv`, 'x'.repeat(63)],
  ])('names the dataset of %s %s', async (fileName, name) => {
    const { status, body } = await post([['file', `${fileName}\n1\n`, fileName]])
    expect([status, body.name]).toEqual([202, name])
    expect(body.sha256).toBe(sha256(`${fileName}\n1\n`))
  })

  it('uses the name of the query if it has one', async () => {
    const name = newName()
    const { status, body } = await post([['file', FILE, 'orders.csv']], { name })
    expect([status, body.name]).toEqual([202, name])
  })

  it('needs a name if the file name makes no valid one', async () => {
    const { status, body } = await post([['file', FILE, '???.csv']])
    expect([status, body.errors?.[0]?.path ?? body.name]).toEqual([202, '_'])
    const none = await post([['file', FILE, '.csv']])
    expect(none.body.errors).toContainEqual({
      in: 'query',
      path: 'name',
      code: 'required',
      message: expect.any(String),
    })
  })

  it.each([
    ['no_file', 'without parts', []],
    ['one_file', 'with a field alone', [['name', 'orders'] as const]],
    ['one_file', 'with a field before', [['a', 'b'] as const, ['file', FILE, 'a.csv'] as const]],
    ['one_file', 'with a field behind', [['file', FILE, 'a.csv'] as const, ['a', 'b'] as const]],
    [
      'one_file',
      'with two files',
      [['file', FILE, 'a.csv'] as const, ['more', FILE, 'b.csv'] as const],
    ],
    ['empty_file', 'with an empty file', [['file', '', 'a.csv'] as const]],
  ])('refuses (%s) a form %s', async (code, _, parts) => {
    const staff = await cast.service.createAccount('staff')
    const { body, headers } = await formOf(parts)
    const answer = await cast.service.call('createImport', {
      token: staff.token,
      body,
      headers,
      query: { kind: 'dataset', name: newName() },
    })
    expect([answer.status, answer.body.errors?.[0]?.code]).toEqual([422, code])
    expect(await statuses(cast.service, staff.id)).toEqual([])
  })

  it.each([
    ['multipart/form-data', FILE],
    ['multipart/form-data; boundary=x', FILE],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nid\r\n1',
    ],
  ])('refuses as %s what is not a form, or an incomplete one (%#)', async (type, body) => {
    const staff = await cast.service.createAccount('staff')
    const answer = await cast.service.call('createImport', {
      token: staff.token,
      body,
      headers: { 'content-type': type },
      query: { kind: 'dataset', name: newName() },
    })
    expect([answer.status, answer.body.code]).toEqual([400, 'bad_request'])
    expect(await statuses(cast.service, staff.id)).toEqual([])
  })
})
