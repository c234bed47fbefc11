import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import { accepted, formOf, newName, pieces, rows, send, statuses } from './imports.ts'

const MAX_BYTES = 600_000

/** Without a worker: imports stay queued. */
const cast = useCast({ env: { IMPORT_MAX_BYTES: String(MAX_BYTES) } })

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
    expect(file.length).toBeLessThan(MAX_BYTES)
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

describe('createImport of an unacceptable file', () => {
  it.each([
    ['empty_file', '', {}],
    ['not_gzip', FILE, { 'content-encoding': 'gzip' }],
  ])('refuses %s', async (code, file, headers) => {
    const staff = await cast.service.createAccount('staff')
    const { status, body } = await send(cast.service, staff.token, file, {}, headers)
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ in: 'body', path: '', code, message: expect.any(String) }])
    expect(await statuses(cast.service, staff.id)).toEqual([])
  })

  it.each([
    [{ 'content-type': 'application/json' }, '{}'],
    [{ 'content-type': 'text/plain' }, FILE],
    [{ 'content-encoding': 'deflate' }, FILE],
    [{ 'content-encoding': 'gzip, gzip' }, FILE],
  ])('refuses %j', async (headers, file) => {
    const staff = await cast.service.createAccount('staff')
    const { status, body } = await send(cast.service, staff.token, file, {}, headers)
    expect([status, body.code]).toEqual([415, 'unsupported_media_type'])
    expect(await statuses(cast.service, staff.id)).toEqual([])
  })

  it('refuses a file that is too large, and leaves nothing of it', async () => {
    const { service } = cast
    const staff = await service.createAccount('staff')
    const file = Buffer.alloc(MAX_BYTES + 1, 'a')
    const { status, body } = await send(service, staff.token, file)
    expect([status, body.code]).toEqual([413, 'file_too_large'])
    expect(await statuses(service, staff.id)).toEqual([])
    await accepted(service, staff.token, file.subarray(1))
  })

  it.each([
    [{ kind: 'accounts' }, 'kind', 'enum'],
    [{ name: '' }, 'name', 'pattern'],
    [{ name: '../orders' }, 'name', 'pattern'],
    [{ name: 'x'.repeat(64) }, 'name', 'maxLength'],
    [{ dry_run: 'yes' }, 'dry_run', 'type'],
    [{ max_errors: -1 }, 'max_errors', 'minimum'],
    [{ on_error: 'stop' }, 'on_error', 'enum'],
    [{ types: 'guess' }, 'types', 'enum'],
    [{ ragged: 'skip' }, 'ragged', 'enum'],
    [{ if_exists: 'append' }, 'if_exists', 'enum'],
    [{ delimiter: ';;' }, 'delimiter', 'pattern'],
    [{ quote: 'é' }, 'quote', 'pattern'],
    [{ escape: 'none' }, 'escape', 'enum'],
    [{ encoding: 'utf-7' }, 'encoding', 'enum'],
    [{ line_end: 'nul' }, 'line_end', 'enum'],
    [{ header: 'first' }, 'header', 'type'],
    [{ preamble_lines: 1001 }, 'preamble_lines', 'maximum'],
    [{ footer_lines: 1.5 }, 'footer_lines', 'type'],
    [{ decimal: ';' }, 'decimal', 'enum'],
    [{ thousands: '_' }, 'thousands', 'enum'],
    [{ currency_signs: 1 }, 'currency_signs', 'type'],
    [{ primary_key: ['a', 'a'] }, 'primary_key', 'uniqueItems'],
    [{ critical: ['a', 'b', 'a'] }, 'critical', 'uniqueItems'],
    [{ null: ['x', 'x'] }, 'null', 'uniqueItems'],
    [{ 'default[a]': ['0', '0'] }, 'default[a]', 'type'],
    [{ 'rename[a]': ['b', 'b'] }, 'rename[a]', 'type'],
    [{ welcome: true }, 'welcome', 'not_for_kind'],
    [{ kind: 'users', primary_key: 'email' }, 'primary_key', 'not_for_kind'],
    [{ kind: 'transactions', if_exists: 'replace' }, 'if_exists', 'not_for_kind'],
    [{ 'type[a]': 'money' }, 'type[a]', 'enum'],
    [{ 'type[a]': 'date', types: 'text' }, 'type', 'contradiction'],
    [{ kind: 'users', 'type[age]': 'integer' }, 'type', 'not_for_kind'],
    [{ date_order: 'dym' }, 'date_order', 'enum'],
    [{ amounts: 'signed' }, 'amounts', 'enum'],
    [{ 'column[a]': 'b' }, 'column', 'not_for_kind'],
    [{ kind: 'users', 'column[colour]': 'b' }, 'column[colour]', 'unknown_field'],
    [{ kind: 'users', user_id: 7 }, 'user_id', 'not_for_kind'],
    [{ kind: 'users', currency: 'EUR' }, 'currency', 'not_for_kind'],
    [{ reference: 'hash' }, 'reference', 'not_for_kind'],
    [{ kind: 'transactions', user_id: 0 }, 'user_id', 'minimum'],
    [{ kind: 'transactions', user_email: 'nobody' }, 'user_email', 'format'],
    [
      { kind: 'transactions', user_email: 'nobody@customers.example' },
      'user_email',
      'user_not_found',
    ],
    [
      { kind: 'transactions', user_id: 7, user_email: 'nobody@customers.example' },
      'user_email',
      'contradiction',
    ],
    [{ kind: 'transactions', currency: 'euro' }, 'currency', 'pattern'],
    [{ replace: true }, 'replace', 'unknown_parameter'],
    [{ 'renames[a]': 'b' }, 'renames[a]', 'unknown_parameter'],
  ])('refuses the query %j', async (query, path, code) => {
    const { status, body } = await send(cast.service, cast.staff.token, FILE, query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it.each([
    [{ name: 'orders' }, 'kind'],
    [{ kind: 'dataset' }, 'name'],
  ])('needs more than %j', async (query, path) => {
    const { token } = cast.staff
    const { status, body } = await cast.service.call('createImport', { token, query, body: FILE })
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({
      in: 'query',
      path,
      code: 'required',
      message: expect.stringMatching(/^is required: send /),
    })
  })
})
