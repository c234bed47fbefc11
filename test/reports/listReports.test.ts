import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, startTestService, type TestService } from '../setup/service.ts'
import { askFor, BY_BANK } from './reports.ts'

let service: TestService
let user: Account
let staff: Account
let other: Account
let admin: Account
let mine: number[]
let others: number

beforeAll(async () => {
  service = await startTestService()
  user = await service.createAccount()
  staff = await service.createAccount('staff')
  other = await service.createAccount('staff')
  admin = await service.createAccount('admin')
  mine = []
  for (let index = 0; index < 5; index += 1) {
    mine.unshift(await askFor(service, staff.token, BY_BANK))
  }
  others = await askFor(service, other.token, BY_BANK)
})
afterAll(() => service.close())

const list = async (query = {}, token = staff.token) => {
  const answer = await service.call('listReports', { query, token })
  return { ...answer, ids: answer.body.map?.(({ id }: { id: number }) => id) }
}

describe('listReports', () => {
  it('lists the caller’s own, newest first', async () => {
    const { status, headers, ids } = await list()
    expect([status, ids, headers['x-total-count']]).toEqual([200, mine, '5'])
    expect((await list({}, other.token)).ids).toEqual([others])
  })

  it('lists everybody’s for admins', async () => {
    expect((await list({}, admin.token)).ids).toEqual([others, ...mine])
  })

  it('goes by page', async () => {
    const { ids, headers } = await list({ page: 2, per_page: 2 })
    expect(ids).toEqual(mine.slice(2, 4))
    expect(headers['link']).toMatch(/rel="prev".*rel="next".*rel="last"/)
  })

  it('goes by cursor to the end', async () => {
    const seen: number[] = []
    let cursor: unknown = ''
    while (cursor !== undefined) {
      const page = await list({ cursor, per_page: 2 })
      seen.push(...page.ids)
      cursor = page.headers['x-next-cursor']
    }
    expect(seen).toEqual(mine)
  })

  it.each([
    [{ cursor: 'x' }, 'cursor', 'cursor'],
    [{ per_page: 101 }, 'per_page', 'maximum'],
    [{ status: 'queued' }, 'status', 'unknown_parameter'],
  ])('refuses %j', async (query, path, code) => {
    const { status, body } = await list(query)
    expect(status).toBe(422)
    expect(body.errors).toContainEqual({ in: 'query', path, code, message: expect.any(String) })
  })

  it('is for staff and admins', async () => {
    expect((await list({}, user.token)).status).toBe(403)
    expect((await service.call('listReports')).status).toBe(401)
  })
})
