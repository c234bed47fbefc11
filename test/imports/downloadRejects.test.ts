import { describe, expect, it } from 'vitest'
import { readRows } from '../../src/csv/read.ts'
import { createUserLoader } from '../../src/features/imports/kinds/users/users-kind.ts'
import { useCast } from '../setup/cast.ts'
import { accepted, look, newName, pieces } from './imports.ts'
import { startRunner } from './runner.ts'

const cast = useCast()

const HEAD = 'reject_line,reject_column,reject_code,reject_reason'

const download = (id: number | string, token = cast.staff.token) =>
  cast.service.call('downloadRejects', { params: { id }, token })

/** Loads a file. @returns its id */
async function loaded(file: string | Buffer, query = {}): Promise<number> {
  const id = await accepted(cast.service, cast.staff.token, file, query)
  await startRunner(cast.service).run(id)
  return id
}

const amounts = (name: string) =>
  cast.service.database
    .query<{ id: string }>('SELECT id FROM datasets WHERE name = $1', [name])
    .then(([row]) =>
      cast.service.database.query(
        `SELECT id::int, amount::float FROM datasets.d${row?.id} ORDER BY id`,
      ),
    )

describe('downloadRejects', () => {
  it('returns the rows unchanged, with line, column, code and reason in front', async () => {
    const file = 'id,amount,note\n1,2.5,fine\n2,3.5\n3,,"a ""b"",\nc"\n4,4.5,fine,more\n'
    const id = await loaded(file, { critical: 'amount' })
    const { status, headers, body } = await download(id)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(headers['content-disposition']).toBe(`attachment; filename="import-${id}-rejects.csv"`)
    const lines = body.split('\r\n')
    expect(lines[0]).toBe(`${HEAD},id,amount,note`)
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^3,,too_few_cells,[^,]+,2,3\.5$/),
      expect.stringMatching(/^4,amount,\w+,[^,]+,3,,"a ""b"",\nc"$/),
      expect.stringMatching(/^6,,too_many_cells,[^,]+,4,4\.5,fine,more$/),
      '',
    ])
    expect((await look(cast.service, cast.staff.token, id)).rows_rejected).toBe(3)
  })

  it('returns only the header when no row was refused', async () => {
    expect((await download(await loaded('id,amount\n1,2.5\n'))).body).toBe(`${HEAD},id,amount\r\n`)
  })

  it('returns a file that can be loaded once it is corrected', async () => {
    const name = newName()
    const file = `id,amount\n1,2.5\n2\n3,4.5\n`
    const { body } = await download(await loaded(file, { name }))
    const mended = newName()
    const id = await loaded(body.replace(/,2\r\n/, ',2,3.5\r\n'), { name: mended })
    expect(await look(cast.service, cast.staff.token, id)).toMatchObject({
      status: 'completed',
      rows_loaded: 1,
      rows_rejected: 0,
      columns: [{ name: 'id' }, { name: 'amount' }],
    })
    expect(await amounts(name)).toEqual([
      { id: 1, amount: 2.5 },
      { id: 3, amount: 4.5 },
    ])
    expect(await amounts(mended)).toEqual([{ id: 2, amount: 3.5 }])
  })

  it('returns many rows in the order of the file', async () => {
    const count = 20_000
    const bad = Array.from({ length: count }, (_, index) => `${index},"${'x'.repeat(20)}"more\n`)
    const given = { delimiter: ',', quote: '"', header: true }
    const id = await loaded(`id,amount\n${bad.join('')}1,2.5\n`, given)
    expect(await pieces(cast.service, id, 'rejects')).toBeGreaterThan(2)
    const { body } = await download(id)
    const lines: string[] = body.trimEnd().split('\r\n').slice(1)
    expect(lines.map((line) => line.split(',')[4])).toEqual(bad.map((_, index) => String(index)))
    expect(lines.map((line) => line.split(',')[0])).toEqual(
      bad.map((_, index) => String(index + 2)),
    )
  })

  it('returns those of a dry run and of a failed import, too', async () => {
    const file = 'id,amount\n1,2.5\n2\n3\n4,4.5\n'
    for (const query of [{ dry_run: true }, { max_errors: 1 }]) {
      const { body } = await download(await loaded(file, query))
      expect(body.split('\r\n').map((line: string) => line.split(',')[0])).toEqual([
        'reject_line',
        '3',
        '4',
        '',
      ])
    }
  })

  it('returns them only when the import is finished', async () => {
    const { service, staff } = cast
    const id = await accepted(service, staff.token, 'a\n1\n')
    const queued = await download(id)
    expect([queued.status, queued.body.code]).toEqual([409, 'import_not_finished'])
    const statuses: number[] = []
    const loader = async () => {
      statuses.push((await download(id)).status)
      throw new Error('enough')
    }
    await expect(startRunner(service, { loaders: { dataset: loader } }).run(id)).rejects.toThrow()
    expect(statuses).toEqual([409])
  })

  it('stores them encrypted, and shows somebody else’s to admins only', async () => {
    const { service, admin } = cast
    const id = await loaded('id,secret\n1\n')
    const other = await service.createAccount('staff')
    expect((await download(id, other.token)).status).toBe(404)
    expect((await download(id, admin.token)).status).toBe(200)
    const [row] = await service.database.query<{ content: Buffer }>(
      `SELECT content FROM import_chunks WHERE import_id = $1 AND part = 'rejects'`,
      [id],
    )
    expect(row?.content.includes('secret')).toBe(false)
  })

  describe('of a users file of another account', () => {
    /** Loads a users file. @returns the rows of its rejects, as the sender and as an admin get them */
    async function both(file: string, query = {}) {
      const { service, staff, admin } = cast
      const id = await accepted(service, staff.token, file, { kind: 'users', ...query })
      const loaders = { users: createUserLoader(service.services.crypto) }
      await startRunner(service, { loaders }).run(id)
      const rows = async (token: string): Promise<string[][]> =>
        [...readRows(Buffer.from((await download(id, token)).body))].map(({ cells }) => [...cells])
      return { own: await rows(staff.token), others: await rows(admin.token) }
    }

    it('masks account numbers, whatever their column is called', async () => {
      const rows = ['a,no address,"River, Bank",AB-1234567890,560001', 'b,,,ABCDEFGH,560002']
      for (const [name, query] of [
        ['Account_Number ', {}],
        ['Konto', { 'rename[Konto]': 'account_number' }],
      ] as const) {
        const file = `name,email,bank_name,${name},pincode\n${rows.join('\n')}\n`
        const { own, others } = await both(file, query)
        expect(own[0]).toEqual(others[0])
        expect(own.slice(1).map((row) => row[7])).toEqual(['AB-1234567890', 'ABCDEFGH'])
        expect(others.slice(1).map((row) => row.slice(4))).toEqual([
          ['a', 'no address', 'River, Bank', '*********7890', '560001'],
          ['b', '', '', '****EFGH', '560002'],
        ])
      }
    })

    it('masks what looks like one in a dataset, too', async () => {
      const id = await loaded('id,iban\n1,DE00123456789012345678,more\n')
      expect((await download(id, cast.admin.token)).body).toMatch(/,1,\*+5678,more\r\n$/)
    })

    it('masks what looks like one in a statement, too', async () => {
      const { service, staff, admin } = cast
      const file = 'Tag,Betrag,IBAN\n2026-01-31,x,DE00123456789012345678\n'
      const query = {
        kind: 'transactions',
        user_id: staff.id,
        'column[transaction_date]': 'Tag',
        'column[transaction_amount]': 'Betrag',
      }
      const id = await accepted(service, staff.token, file, query)
      await service.services.imports.run(id)
      expect((await download(id, admin.token)).body).toMatch(/,2026-01-31,x,\*+5678\r\n$/)
      expect((await download(id)).body).toContain('DE00123456789012345678')
    })

    it('masks what looks like one where a row or the file has other columns', async () => {
      const shifted = await both('name,email,account_number\nRao,Asha,a@x.example,1234567890\n')
      expect(shifted.others[1]?.slice(4)).toEqual(['Rao', 'Asha', 'a@x.example', '******7890'])
      const single = await both('name,email\n"a;12 3456-7890","b@x.example;no"\n')
      expect(single.others[1]?.slice(4)).toEqual(['a;********7890', 'b@x.example;no'])
      const unmatched = await both('Asha,a@x.example,1234567890\n', { header: true })
      expect(unmatched.others).toEqual([[...HEAD.split(','), 'Asha', 'a@x.example', '******7890']])
      expect(unmatched.own[0]?.at(-1)).toBe('1234567890')
    })

    it('keeps them out of the error of a file without a header', async () => {
      const { service, staff } = cast
      const file = 'Asha,a@x.example,9876543210\n'
      const id = await accepted(service, staff.token, file, { kind: 'users', header: true })
      const loaders = { users: createUserLoader(service.services.crypto) }
      await startRunner(service, { loaders }).run(id)
      const { error } = await look(service, staff.token, id)
      expect(error).toMatchObject({
        code: 'columns',
        detail: expect.stringContaining('******3210'),
      })
    })
  })

  it('disarms cells that a spreadsheet would run, if asked to', async () => {
    const id = await loaded('id,=cmd\n1,=1+1,-5\n')
    const { status, body } = await cast.service.call('downloadRejects', {
      params: { id },
      query: { safe: true },
      token: cast.staff.token,
    })
    expect([status, body.split('\r\n').map((line: string) => line.split(',').slice(4))]).toEqual([
      200,
      [['id', "'=cmd"], ['1', "'=1+1", "'-5"], []],
    ])
    expect((await download(id)).body).toMatch(/,1,=1\+1,-5\r\n$/)
  })

  it('refuses invalid ids, customers and callers without a token', async () => {
    expect((await download('x')).status).toBe(422)
    expect((await download(1, cast.user.token)).status).toBe(403)
    expect((await cast.service.call('downloadRejects', { params: { id: 1 } })).status).toBe(401)
  })
})
