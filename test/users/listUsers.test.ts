import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { User } from '../../src/generated/schemas.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'

let service: TestService
let user: Account
let staff: Account
/** People by their first names. */
const people = new Map<string, User>()

const PEOPLE = [
  { name: 'Amélie Poulain-Müller', email: 'a.poulain@mail.example', age: 30, pincode: '75018' },
  { name: 'amelie earhart', email: 'earhart+post@skies.example', age: 41, pincode: 'AB 1' },
  { name: 'Bela ÖZTÜRK', email: 'Bela@Mail.Example', age: 30 },
  { name: 'Οδυσσέας Παπας', email: 'odysseas@ithaca.example', pincode: '75018' },
  { name: 'Søren Straße', email: 'soren_s@north.example', age: 150 },
  { name: '李 小龍', email: 'li@dragon.example', age: 1 },
] as const

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  staff = await service.createAccount('staff')
  for (const person of PEOPLE) {
    const created = await service.createCustomer(staff.token, person)
    people.set(person.name.split(' ', 1)[0] ?? '', created)
  }
})
afterAll(() => service.close())

const list = (query: Record<string, string | number | readonly string[]> = {}, token?: string) =>
  service.call('listUsers', { query, token: token ?? staff.token })

/** The first names that a query finds among these people. */
async function find(query: Record<string, string | number>): Promise<string[]> {
  const { status, body } = await list(query)
  expect(status).toBe(200)
  const ids = new Set([...people.values()].map(({ id }) => id))
  const found = (body as readonly User[]).filter(({ id }) => ids.has(id))
  return found.map(({ name }) => name.split(' ', 1)[0] ?? '')
}

describe('listUsers', () => {
  it('returns a bare array of users', async () => {
    const { status, body } = await list({ email: 'bela@mail.example' })
    expect(status).toBe(200)
    expect(body).toEqual([people.get('Bela')])
  })

  it.each<[string, readonly string[]]>([
    ['am', ['Amélie', 'amelie']],
    ['AMÉLIE', ['Amélie', 'amelie']],
    ['ame\u0301lie', ['Amélie', 'amelie']],
    ['amelie pou', ['Amélie']],
    ['pou ame', ['Amélie']],
    ['muller', ['Amélie']],
    ['oulain', []],
    ['amelies', []],
    ['ozturk', ['Bela']],
    ['bela bela', ['Bela']],
    ['skies', ['amelie']],
    ['post@skies', ['amelie']],
    ['example earh', ['amelie']],
    ['amelie bela', []],
    ['οδυσ', ['Οδυσσέας']],
    ['ΟΔΥΣ', ['Οδυσσέας']],
    ['ΠΑΠΑΣ', ['Οδυσσέας']],
    ['小龍', ['李']],
    ['soren', ['Søren']],
    ['stra', ['Søren']],
  ])('finds by q=%s: %j', async (q, expected) => {
    expect(await find({ q })).toEqual(expected)
  })

  it.each<[Record<string, string | number>, readonly string[]]>([
    [{ name: 'AMELIE EARHART' }, ['amelie']],
    [{ name: 'amélie' }, []],
    [{ name: 'Bela Özturk' }, ['Bela']],
    [{ email: 'BELA@mail.example' }, ['Bela']],
    [{ email: 'bela@mail.exampl' }, []],
    [{ pincode: '75018' }, ['Amélie', 'Οδυσσέας']],
    [{ pincode: '7501' }, []],
    [{ min_age: 41 }, ['amelie', 'Søren']],
    [{ max_age: 30 }, ['Amélie', 'Bela', '李']],
    [{ min_age: 30, max_age: 30 }, ['Amélie', 'Bela']],
    [{ min_age: 31, max_age: 30 }, []],
    [{ min_age: 30, max_age: 30, pincode: '75018' }, ['Amélie']],
    [{ q: 'b. mail', max_age: 30, email: 'bela@mail.example' }, ['Bela']],
    [{ q: 'mail', max_age: 30, email: 'bela@mail.example' }, ['Bela']],
  ])('finds by %j: %j', async (query, expected) => {
    expect(await find(query)).toEqual(expected)
  })

  it('shows every user without a filter', async () => {
    const { headers, body } = await list({ per_page: 100 })
    expect(headers['x-total-count']).toBe(String(body.length))
    expect(body).toEqual(expect.arrayContaining([...people.values()]))
  })

  it.each([
    ['q', 'too_short', { q: 'a. p' }],
    ['q', 'too_short', { q: '%%' }],
    ['q', 'minLength', { q: 'a' }],
    ['q', 'maxLength', { q: 'a'.repeat(65) }],
    ['name', 'pattern', { name: ' ' }],
    ['email', 'format', { email: 'none' }],
    ['min_age', 'type', { min_age: '30.5' }],
    ['min_age', 'minimum', { min_age: 0 }],
    ['max_age', 'maximum', { max_age: 151 }],
    ['max_age', 'type', { max_age: '' }],
    ['max_age', 'type', { max_age: ['1', '2'] }],
    ['pincode', 'pattern', { pincode: '1_2' }],
    ['sort', 'enum', { sort: 'name' }],
    ['sort', 'enum', { sort: '--id' }],
    ['page', 'minimum', { page: 0 }],
    ['page', 'type', { page: '1e3' }],
    ['per_page', 'minimum', { per_page: 0 }],
    ['per_page', 'maximum', { per_page: 101 }],
    ['cursor', 'pattern', { cursor: 'a b' }],
    ['page', 'paging', { page: 1, cursor: '' }],
    ['role', 'unknown_parameter', { role: 'admin' }],
  ])('refuses %s by its rule %s', async (name, code, query) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({
      in: 'query',
      path: name,
      code,
      message: expect.any(String),
    })
  })

  it('reports the errors of a search and the cursor together', async () => {
    const { body } = await list({ q: '--', cursor: 'WyJ4Il0' })
    expect(body.errors).toMatchObject([{ path: 'q' }, { path: 'cursor' }])
  })

  it('is for staff', async () => {
    const { status, body } = await list({}, user.token)
    expect([status, body.code]).toEqual([403, 'forbidden'])
  })

  it('needs a token', async () => {
    expect((await service.call('listUsers')).status).toBe(401)
  })
})
