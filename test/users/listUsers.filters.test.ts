import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { User } from '../../src/generated/schemas.ts'
import { caseless } from '../../src/lib/caseless.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let staff: Account
const people = new Map<string, User>()

/** Writes an employment and an account of a user without the API. */
async function employ(id: number, company: string, isCurrent: boolean): Promise<void> {
  await service.database.query(
    `INSERT INTO employments (user_id, company_name, company_key, is_current) VALUES ($1, $2, $3, $4)`,
    [id, company, caseless(company), isCurrent],
  )
}
async function bankAt(id: number, bank: string, isPrimary: boolean): Promise<void> {
  await service.database.query(
    `INSERT INTO bank_accounts (user_id, bank_name, bank_key, account_number, account_number_index, is_primary)
     VALUES ($1, $2, $3, '', decode(md5(random()::text), 'hex'), $4)`,
    [id, bank, caseless(bank), isPrimary],
  )
}

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
  for (const [name, age] of [
    ['Ana', 20],
    ['Bo', 30],
    ['Cy', 40],
    ['Di', undefined],
  ] as const) {
    const created = await service.createCustomer(staff.token, { name, ...(age && { age }) })
    people.set(name, created)
  }
  const id = (name: string) => people.get(name)?.id as number
  await employ(id('Ana'), 'Łódź Foods', true)
  await employ(id('Bo'), 'ŁÓDŹ FOODS', true)
  await employ(id('Cy'), 'Łódź Foods', false)
  await employ(id('Cy'), 'Other Works', true)
  await bankAt(id('Ana'), 'Harbour Savings', true)
  await bankAt(id('Bo'), 'First Bank', true)
  await bankAt(id('Bo'), 'harbour savings', false)
  await bankAt(id('Bo'), 'Harbour Savings', false)
})
afterAll(() => service.close())

const list = (query: Record<string, string | number>, token: string = staff.token) =>
  service.call('listUsers', { query, token })

describe('listUsers by company and bank', () => {
  it.each<[Record<string, string | number>, readonly string[]]>([
    [{ company: 'Łódź Foods' }, ['Ana', 'Bo']],
    [{ company: 'łódź FOODS' }, ['Ana', 'Bo']],
    [{ company: 'Łódź Foods' }, ['Ana', 'Bo']],
    [{ company: 'Łódź' }, []],
    [{ company: 'Lodz Foods' }, []],
    [{ company: 'other works' }, ['Cy']],
    [{ bank: 'HARBOUR SAVINGS' }, ['Ana', 'Bo']],
    [{ bank: 'first bank' }, ['Bo']],
    [{ bank: 'First' }, []],
    [{ bank: "'; DROP TABLE users" }, []],
    [{ company: 'łódź foods', bank: 'first bank' }, ['Bo']],
    [{ company: 'other works', bank: 'first bank' }, []],
    [{ bank: 'harbour savings', max_age: 25 }, ['Ana']],
    [{ bank: 'harbour savings', q: 'bo' }, ['Bo']],
    [{ bank: 'harbour savings', sort: '-age' }, ['Bo', 'Ana']],
  ])('finds by %j: %j', async (query, expected) => {
    const { status, headers, body } = await list(query)
    expect(status).toBe(200)
    expect(body).toEqual(expected.map((name) => people.get(name)))
    expect(headers['x-total-count']).toBe(String(expected.length))
  })

  it.each([
    ['company', 'minLength', { company: '' }],
    ['company', 'maxLength', { company: 'a'.repeat(201) }],
    ['bank', 'minLength', { bank: '' }],
    ['bank', 'pattern', { bank: 'a\u0000b' }],
  ])('refuses %s by its rule %s', async (name, code, query) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors).toEqual([{ in: 'query', path: name, code, message: expect.any(String) }])
  })
})
