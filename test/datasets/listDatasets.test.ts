import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Dataset } from '../../src/generated/schemas.ts'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { insertDataset, newName } from './tables.ts'

let service: TestService
let staff: Account

beforeAll(async () => {
  service = await startTestService()
  staff = await service.createAccount('staff')
})
beforeEach(() => service.database.query('DELETE FROM datasets'))
afterAll(() => service.close())

const list = (query = {}, token = staff.token) => service.call('listDatasets', { query, token })
const names = (datasets: readonly Dataset[]) => datasets.map(({ name }) => name)

async function make(count: number): Promise<string[]> {
  const made: string[] = []
  for (let index = 0; index < count; index += 1) {
    const name = newName()
    await insertDataset(service.database, name, [{ name: 'a', type: 'text' }], [['x']])
    made.unshift(name)
  }
  return made
}

describe('listDatasets', () => {
  it('shows them as each alone, newest first, to all staff', async () => {
    const made = await make(2)
    const { status, body } = await list()
    expect([status, names(body)]).toEqual([200, made])
    const one = await service.call('getDataset', {
      params: { name: String(made[0]) },
      token: staff.token,
    })
    expect(body[0]).toEqual(one.body)
    const admin = await service.createAccount('admin')
    expect((await list({}, admin.token)).body).toEqual(body)
  })

  it('is empty before anything is imported', async () => {
    expect((await list()).body).toEqual([])
  })

  it('pages with counts and links', async () => {
    const made = await make(5)
    const { body, headers } = await list({ page: 2, per_page: 2 })
    expect(names(body)).toEqual(made.slice(2, 4))
    expect(headers['x-total-count']).toBe('5')
    expect(headers['link']).toContain('rel="next"')
  })

  it('walks by cursor', async () => {
    const made = await make(5)
    const seen: string[] = []
    let cursor: unknown = ''
    while (cursor !== undefined) {
      const { body, headers } = await list({ cursor, per_page: 2 })
      seen.push(...names(body))
      cursor = headers['x-next-cursor']
      await make(1)
    }
    expect(seen).toEqual(made)
  })

  it.each([
    [{ per_page: 101 }, 'per_page', 'maximum'],
    [{ cursor: 'nonsense' }, 'cursor', 'cursor'],
    [{ name: 'x' }, 'name', 'unknown_parameter'],
  ])('refuses %j', async (query, path, code) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it('refuses users and strangers', async () => {
    const user = await service.createAccount()
    expect((await list({}, user.token)).status).toBe(403)
    expect((await service.call('listDatasets')).status).toBe(401)
  })
})
