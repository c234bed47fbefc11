import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ImportOptions } from '../../../src/features/imports/kinds/options.ts'
import { type Account, startTestService, type TestService } from '../../setup/service.ts'
import { openSession, WAITING_FOR_LOCKS } from '../../setup/session.ts'
import { openRecordLoads } from './record-loads.ts'

let service: TestService
let staff: Account
let load: (file: string, options?: Partial<ImportOptions>) => ReturnType<LoadRecords>
type LoadRecords = ReturnType<typeof openRecordLoads>

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
  const loadRecords = openRecordLoads(service)
  load = (file, options) => loadRecords('users', staff, file, options)
})
afterAll(() => service.close())

const HEADER = 'name,email,age,pincode,company_name,job_title,bank_name,account_number,ifsc_code'
const newAccount = () => String(randomInt(1_000_000_000, 9_999_999_999))

async function find(email: string) {
  const { body } = await service.call('listUsers', { token: staff.token, query: { email } })
  return body
}

const about = async (id: number, operation: 'listEmployments' | 'listBankAccounts') =>
  (await service.call(operation, { params: { id }, token: staff.token })).body

const refused = ({ rejects }: Awaited<ReturnType<LoadRecords>>) =>
  rejects.map(({ line, column, code }): [number, string, string] => [line, column, code])

describe('importing users', () => {
  it('encrypts most of a large file in threads, by the same rules', async () => {
    const rows = Array.from({ length: 12_000 }, (_, index) => {
      const account = index % 50 === 0 ? `Large Bank,LARGE${String(index).padStart(8, '0')}` : ','
      return `Vistor ${index},vistor.${index}@large.example,${1 + (index % 100)},${100_000 + index},,,${account},`
    })
    rows[11_000] = rows[10_999] as string
    rows[11_500] = 'Kesmar,kesmar@large.example,,,,,Large Bank,LARGE00000000,'
    rows[11_501] = 'Kesmar,no address,,,,,,,'
    const { rejects, counts } = await load([HEADER, ...rows].join('\n'))
    expect(counts).toEqual({ read: 12_000, loaded: 11_997, skipped: 0 })
    expect(rejects.map(({ line, code }) => [line, code])).toEqual([
      [11_002, 'email_taken'],
      [11_502, 'account_number_taken'],
      [11_503, 'format'],
    ])
    const [last] = await find('vistor.11999@large.example')
    expect(last).toMatchObject({ name: 'Vistor 11999', age: 100, pincode: '111999' })
    const [with900] = await find('vistor.11900@large.example')
    expect(await about(with900.id, 'listBankAccounts')).toMatchObject([
      { account_number: expect.stringMatching(/1900$/), is_primary: true },
    ])
    const found = await service.call('listUsers', { token: staff.token, query: { q: 'vist 1199' } })
    expect(found.body).toHaveLength(11)
  })

  it('creates users, current employments and primary bank accounts', async () => {
    const number = newAccount()
    const result = await load(
      [
        HEADER,
        `Amara Vistorsk,Amara@Full.example,34,560001,Norvis Works,"Weaver, first",River Bank,ab${number},RIVR0001234`,
        'Belor Kesmar,belor@plain.example,,,,,,,',
      ].join('\n'),
    )
    expect(result.rejects).toEqual([])
    expect(result.counts).toEqual({ read: 2, loaded: 2, skipped: 0 })
    const [amara] = await find('amara@full.example')
    expect(amara).toMatchObject({
      name: 'Amara Vistorsk',
      email: 'Amara@Full.example',
      age: 34,
      pincode: '560001',
      role: 'user',
    })
    expect(await about(amara.id, 'listEmployments')).toMatchObject([
      { company_name: 'Norvis Works', job_title: 'Weaver, first', is_current: true },
    ])
    expect(await about(amara.id, 'listBankAccounts')).toMatchObject([
      {
        bank_name: 'River Bank',
        ifsc_code: 'RIVR0001234',
        is_primary: true,
        account_number: expect.stringMatching(new RegExp(`^\\*+${number.slice(-4)}$`)),
      },
    ])
    const [belor] = await find('belor@plain.example')
    expect(belor).not.toHaveProperty('age')
    expect(await about(belor.id, 'listEmployments')).toEqual([])
    expect(await about(belor.id, 'listBankAccounts')).toEqual([])
  })

  it('creates users that can be found like those created by requests', async () => {
    await load('Email,NAME\nsearch.me@found.example,Quillon Dravenmark')
    for (const query of [
      { q: 'quill drav' },
      { q: 'found.example' },
      { name: 'quillon dravenmark' },
      { email: 'SEARCH.me@found.example' },
    ]) {
      const { body } = await service.call('listUsers', { token: staff.token, query })
      expect(body).toMatchObject([{ name: 'Quillon Dravenmark' }])
    }
    const number = newAccount()
    await load(`${HEADER}\nA B,banked@found.example,,,Oriter Foods,,Harbour Trust,${number},`)
    for (const query of [{ bank: 'HARBOUR trust' }, { company: 'oriter foods' }]) {
      const { body } = await service.call('listUsers', { token: staff.token, query })
      expect(body).toMatchObject([{ email: 'banked@found.example' }])
    }
  })

  it('counts them', async () => {
    const count = async () =>
      (await service.call('listUsers', { token: staff.token })).headers['x-total-count']
    const before = Number(await count())
    await load('name,email\nOne Two,one@counted.example\nThree Four,three@counted.example')
    expect(Number(await count())).toBe(before + 2)
  })

  it('refuses what requests would refuse', async () => {
    const rows: readonly (readonly [string, string, string])[] = [
      [',no.name@bad.example,,,,,,,', 'name', 'required'],
      ['A B,,,,,,,,', 'email', 'required'],
      ['A B,not-an-address,,,,,,,', 'email', 'format'],
      ['A B,a1@bad.example,200,,,,,,', 'age', 'maximum'],
      ['A B,a2@bad.example,old,,,,,,', 'age', 'type'],
      ['A B,a3@bad.example,,?!,,,,,', 'pincode', 'pattern'],
      ['A B,a4@bad.example,,,,Weaver,,,', 'company_name', 'required'],
      ['A B,a5@bad.example,,,,,River Bank,,', 'account_number', 'required'],
      ['A B,a6@bad.example,,,,,,123456789,', 'bank_name', 'required'],
      ['A B,a7@bad.example,,,,,River Bank,12 34,', 'account_number', 'pattern'],
      ['A\u0007B,a8@bad.example,,,,,,,', 'name', 'pattern'],
      ['A B,a9@bad.example,,,Nor\u0085vis,,,,', 'company_name', 'pattern'],
    ]
    const result = await load([HEADER, ...rows.map(([row]) => row)].join('\n'))
    expect(result.counts).toEqual({ read: rows.length, loaded: 0, skipped: 0 })
    expect(refused(result)).toEqual(
      rows.map(([, column, code], index) => [index + 2, column, code]),
    )
    expect(result.rejects.map(({ reason }) => reason).join()).not.toMatch(/12 34|not-an|\?!/)
  })

  it('takes as many ids as a small file needs, and few more than a large one does', async () => {
    const last = async () =>
      Number(
        (
          await service.database.query<{ last_value: string }>(
            'SELECT last_value FROM users_id_seq',
          )
        )[0]?.last_value,
      )
    const before = await last()
    await load('name,email\nOnly One,only.one@ids.example')
    expect(await last()).toBe(before + 1)
    const rows = Array.from({ length: 8_000 }, (_, row) => `Some Body,ids.${row}@ids.example`)
    await load(['name,email', ...rows].join('\n'))
    expect(await last()).toBeLessThanOrEqual(before + 1 + 3 * rows.length)
  })

  it('refuses email addresses in use, in any case, and the second of two in the file', async () => {
    const { email } = await service.createCustomer(staff.token)
    const result = await load(
      [
        'name,email',
        `A B,${email?.toUpperCase()}`,
        'C D,twice@taken.example',
        'E F,Twice@Taken.example',
      ].join('\n'),
    )
    expect(refused(result)).toEqual([
      [2, 'email', 'email_taken'],
      [4, 'email', 'email_taken'],
    ])
    expect(result.rejects[0]?.cells).toEqual(['A B', email?.toUpperCase()])
    expect(await find('twice@taken.example')).toMatchObject([{ name: 'C D' }])
  })

  it('refuses the whole row if its account number is in use, and keeps its email address free', async () => {
    const number = newAccount()
    const row = (email: string, account: string) => `A B,${email},,,,,River Bank,${account},`
    const result = await load(
      [
        HEADER,
        row('first@numbers.example', `x${number}`),
        row('second@numbers.example', `X${number}`),
        row('second@numbers.example', newAccount()),
      ].join('\n'),
    )
    expect(refused(result)).toEqual([[3, 'account_number', 'account_number_taken']])
    expect(await find('second@numbers.example')).toHaveLength(1)
  })

  it('fails if somebody else takes an email address meanwhile, and refuses the row in the next attempt', async () => {
    const session = await openSession(service.database.url)
    const { email, id } = await service.createCustomer(staff.token)
    const [row] = await service.database.query<{ email_index: Buffer }>(
      'SELECT email_index FROM users WHERE id = $1',
      [id],
    )
    await service.database.query('DELETE FROM users WHERE id = $1', [id])
    await session.query('BEGIN')
    await session.query(
      `INSERT INTO users (name, name_index, email, email_index, email_verified)
       VALUES ('', '', '', $1, true)`,
      [row?.email_index],
    )
    const loading = load(`name,email\nA B,${email}`)
    const outcome = expect(loading).rejects.toMatchObject({ code: '23505' })
    await vi.waitFor(
      async () => expect(await service.database.query(WAITING_FOR_LOCKS)).toEqual([{ count: 1 }]),
      { timeout: 15_000 },
    )
    await session.query('COMMIT')
    await session.close()
    await outcome
    expect(refused(await load(`name,email\nA B,${email}`))).toEqual([[2, 'email', 'email_taken']])
  })

  it('stores some thousands in order, and encrypted', async () => {
    const people = Array.from({ length: 6_000 }, (_, index) => {
      const account = 10_000_000_000 + index
      return `Zzyxford Nr${index},zzyx${index}@many.example,40,,Alt Trade,,Old Savings,${account},`
    })
    const result = await load([HEADER, ...people].join('\n'))
    expect(result.counts).toEqual({ read: 6_000, loaded: 6_000, skipped: 0 })
    const [last] = await find('zzyx5999@many.example')
    expect(last.name).toBe('Zzyxford Nr5999')
    const [row] = await service.database.query<{ plain: number }>(
      `SELECT count(*)::int AS plain FROM users
       WHERE position('Zzyx'::bytea IN name) > 0 OR position('zzyx'::bytea IN email) > 0`,
    )
    expect(row?.plain).toBe(0)
  })
})
