import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { useCast } from '../setup/cast.ts'
import type { RequestOptions } from '../setup/service.ts'
import { formOf, rows } from './imports.ts'

const cast = useCast()

const preview = (
  file: string | Buffer,
  query: RequestOptions['query'] = {},
  headers: RequestOptions['headers'] = {},
) =>
  cast.service.call('previewImport', {
    token: cast.staff.token,
    body: file,
    query: { kind: 'dataset', ...query },
    headers,
  })

const ORDERS = 'id;due;amount;note\n1;31.01.2026;12,50;NULL\n2;01.02.2026;many;\n3;;7;x\n'

describe('previewImport', () => {
  it('shows dialect, columns, rows and refused rows, and stores nothing', async () => {
    const { status, body } = await preview(ORDERS, { decimal: ',', 'type[amount]': 'numeric' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      kind: 'dataset',
      bytes_read: ORDERS.length,
      complete: true,
      dialect: { delimiter: ';', header: true, encoding: 'utf-8' },
      columns: [
        { name: 'id', type: 'integer', nullable: false },
        { name: 'due', type: 'date', nullable: true },
        { name: 'amount', type: 'numeric' },
        { name: 'note', type: 'text' },
      ],
      ambiguous: [],
      rows_read: 3,
      rows_rejected: 1,
    })
    expect(body.rows).toEqual([
      { id: '1', due: '2026-01-31', amount: '12.50', note: 'NULL' },
      { id: '3', due: null, amount: '7', note: 'x' },
    ])
    expect(body.rejects).toEqual([
      {
        line: 3,
        column: 'amount',
        code: 'type_mismatch',
        reason: 'The cell is not a number in the given format.',
        cells: ['2', '01.02.2026', 'many', ''],
      },
    ])
    const [stored] = await cast.service.database.query<{ count: number }>(
      'SELECT count(*)::int FROM imports',
    )
    expect(stored?.count).toBe(0)
  })

  it('tells columns that could be read in two ways', async () => {
    const file = 'due,amount\n01/02/2026,1.234\n03/04/2026,5.678\n'
    const { body } = await preview(file)
    expect(body.ambiguous).toEqual(['due', 'amount'])
    expect(body.rows[0]).toEqual({ due: '01/02/2026', amount: '1.234' })
    const declared = await preview(file, { date_order: 'dmy', decimal: '.' })
    expect(declared.body.ambiguous).toEqual([])
    expect(declared.body.rows[0]).toEqual({ due: '2026-02-01', amount: '1.234' })
  })

  it('shows what a statement would book', async () => {
    const file = 'Tag;Betrag;Text;Saldo\n31.01.26;-1.234,50 €;Miete;0\n01.02.26;x;?;0\n'
    const query = {
      kind: 'transactions',
      user_id: 7,
      date_order: 'dmy',
      amounts: 'accounting',
      'column[transaction_date]': 'Tag',
      'column[transaction_amount]': 'Betrag',
      'column[description]': 'Text',
    }
    const { body } = await preview(file, query)
    expect(body.rows).toEqual([
      {
        user_id: '7',
        transaction_date: '2026-01-31T00:00:00.000Z',
        transaction_amount: '1234.50',
        transaction_type: 'debit',
        currency: 'EUR',
        full_name: null,
        description: 'Miete',
        reference: null,
      },
    ])
    expect(body.columns.at(-1)).toMatchObject({ source_name: 'Saldo', ignored: true })
    expect(body.rejects).toMatchObject([{ line: 3, column: 'Betrag', code: 'form' }])
  })

  it('shows users of a file', async () => {
    const file = 'Mail,Who,age\na@people.example,Asha Rao,34\nnone,Bela,\n'
    const query = { kind: 'users', 'column[name]': 'Who', 'column[email]': 'Mail' }
    const { body } = await preview(file, query)
    expect(body.rows).toMatchObject([{ name: 'Asha Rao', email: 'a@people.example', age: '34' }])
    expect(body.rejects).toMatchObject([{ line: 3, column: 'Mail', code: 'format' }])
  })

  it('reads no more than 200 kB, and no line that is cut off', async () => {
    const file = rows(40_000)
    for (const sent of [file, gzipSync(file)]) {
      const { body } = await preview(sent)
      expect(body).toMatchObject({ bytes_read: 200_000, complete: false, rows_rejected: 0 })
      expect(body.rows).toHaveLength(20)
      expect(body.rows_read).toBeGreaterThan(10_000)
    }
  })

  it('takes less than 300 ms', async () => {
    // Other programs of the machine must not fail this test.
    const before = process.cpuUsage()
    await preview(rows(20_000))
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(300)
  })

  it('takes a form, UTF-16 and a cut quote', async () => {
    const { body, headers } = await formOf([['file', 'a,b\n1,2\n', 'x.csv']])
    expect((await preview(body, {}, headers)).body.rows).toEqual([{ a: '1', b: '2' }])
    const wide = Buffer.from(`\ufeff${rows(20_000)}`, 'utf16le')
    expect((await preview(wide)).body).toMatchObject({
      dialect: { encoding: 'utf-16le' },
      rows_rejected: 0,
    })
    const long = `id,text\n${'1,"a\nb"\n'.repeat(24_990)}2,"${'long\n'.repeat(50_000)}"\n`
    expect((await preview(long, { delimiter: ',', header: true })).body.rows_rejected).toBe(0)
  })

  it.each([
    ['empty_file', '', {}],
    ['empty_file', '\n\n', {}],
    ['binary_file', Buffer.from([0, 1, 2, 0, 0, 255, 3, 0, 0, 7]), {}],
    ['unknown_column', 'a\n1\n', { 'type[b]': 'date' }],
    ['columns', 'a\n1\n', { kind: 'users' }],
  ])('refuses (%s) a file that cannot be loaded', async (code, file, query) => {
    const { status, body } = await preview(file, query)
    expect([status, body.errors]).toEqual([
      422,
      [{ in: 'body', path: '', code, message: expect.any(String) }],
    ])
  })

  it.each([
    [{ kind: 'orders' }, 'kind', 'enum'],
    [{ 'type[a]': 'money' }, 'type[a]', 'enum'],
    [{ kind: 'users', 'type[a]': 'text' }, 'type', 'not_for_kind'],
    [{ kind: 'transactions', user_email: 'no@people.example' }, 'user_email', 'user_not_found'],
  ])('refuses the query %j', async (query, path, code) => {
    const { status, body } = await preview('a\n1\n', query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it('refuses gzip that is none, and other media types', async () => {
    const declared = await preview('a\n1\n', {}, { 'content-encoding': 'gzip' })
    expect(declared.body.errors?.[0]?.code).toBe('not_gzip')
    const broken = Buffer.concat([gzipSync('a\n1\n').subarray(0, 12), Buffer.alloc(20, 255)])
    expect((await preview(broken)).body.errors?.[0]?.code).toBe('invalid_gzip')
    const json = await preview('{}', {}, { 'content-type': 'application/json' })
    expect([json.status, json.body.code]).toEqual([415, 'unsupported_media_type'])
  })

  it('is for staff and admins', async () => {
    const { service, user, admin } = cast
    const request = { query: { kind: 'dataset' }, body: 'a\n1\n' }
    const of = (token?: string) =>
      service.call('previewImport', { ...request, ...(token && { token }) })
    expect((await of(admin.token)).status).toBe(200)
    expect((await of(user.token)).status).toBe(403)
    expect((await of()).status).toBe(401)
  })
})
